"""Discussion forum client: one thread reads the keyboard, one the server.

usage: python3 client.py ip port

What the two say to each other stands at the top of server.py.
"""

import os
import queue
import socket
import sys
import threading

USAGE = {
    "CRT": "CRT threadtitle",
    "MSG": "MSG threadtitle message",
    "DLT": "DLT threadtitle messagenumber",
    "EDT": "EDT threadtitle messagenumber message",
    "LST": "LST",
    "RDT": "RDT threadtitle",
    "UPD": "UPD threadtitle filename",
    "DWN": "DWN threadtitle filename",
    "RMV": "RMV threadtitle",
    "XIT": "XIT",
    "SHT": "SHT admin_password",
}
answers = queue.Queue()  # from the thread that reads the server to the one that reads the keyboard


def stop(text):
    """End the whole program, also from the second thread, while the first one waits for the keyboard."""
    print(text, flush=True)
    os._exit(0)


def listen(stream):
    """Read what the server says until it says BYE, or nothing any more."""
    while True:
        line = stream.readline()
        words = line.decode(errors="replace").rstrip("\n").split("\t")
        if words[0] == "BYE":
            stop("\nGoodbye: " + words[1])
        if not line:
            stop("\nThe connection to the server is gone.")
        if words[0] == "FILE":
            words[1] = stream.read(int(words[1]))
        answers.put(words)


def ask(stream, *words):
    """Send a request, return the answer."""
    send(stream, *words)
    return answers.get()


def send(stream, *words, data=b""):
    stream.write(("\t".join(words) + "\n").encode() + data)
    stream.flush()


def type_in(prompt):
    try:
        return input(prompt).strip()
    except EOFError:
        stop("")


def log_in(stream):
    while True:
        name = type_in("Username:\n> ")
        if not name or " " in name:
            continue
        answer = ask(stream, "USER", name)
        if answer[0] == "PASSWORD":
            answer = ask(stream, "PASS", type_in("Password:\n> "))
        elif answer[0] == "NEWPASSWORD":
            answer = ask(stream, "PASS", type_in("Welcome, {}! Invent a password:\n> ".format(name)))
        print(answer[1])
        if answer[0] == "WELCOME":
            return


def parse(line):
    """The words of a correct command, or None with a word of advice."""
    verb = line.split(" ")[0]
    if verb not in USAGE:
        print("unknown command")
        return None
    shape = USAGE[verb].split()
    words = line.split(None, len(shape) - 1)
    if len(words) != len(shape) or (shape[-1] != "message" and len(line.split()) != len(shape)):
        print("usage: " + USAGE[verb])
        return None
    return words


def upload(stream, words):
    """The request and the bytes leave together; the server answers when it has both."""
    try:
        with open(words[2], "rb") as f:
            data = f.read()
    except OSError as problem:
        print("not done: {}".format(problem))
        return
    send(stream, *words, str(len(data)), data=data)
    print(answers.get()[1])


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: python3 client.py ip port")
    sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    reader, writer = sock.makefile("rb"), sock.makefile("wb")
    threading.Thread(target=listen, args=(reader,), daemon=True).start()
    log_in(writer)
    while True:
        words = None
        line = type_in("Enter a command ({}): ".format(", ".join(USAGE)))
        if line:
            words = parse(line)
        if words is None:
            continue
        if words[0] == "UPD":
            upload(writer, words)
            continue
        answer = ask(writer, *words)
        if answer[0] == "FILE":
            with open(words[2], "wb") as f:
                f.write(answer[1])
            print("downloaded " + words[2])
        else:
            print(answer[1].replace("\r", "\n"))


if __name__ == "__main__":
    main()
