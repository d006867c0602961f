"""Client of the discussion forum.

usage: python3 client.py server_ip server_port

The server may say at any time that the forum shuts down. So the client never
waits for the keyboard alone: select() waits for keyboard and server at once.
How the two talk to each other stands at the top of server.py.
"""

import os
import select
import socket
import struct
import sys

ARGUMENTS = {  # command -> what it needs; the last one of MSG and EDT may contain spaces
    "CRT": ["title"],
    "MSG": ["title", "text"],
    "DLT": ["title", "number"],
    "EDT": ["title", "number", "text"],
    "LST": [],
    "RDT": ["title"],
    "UPD": ["title", "file"],
    "DWN": ["title", "file"],
    "RMV": ["title"],
    "XIT": [],
    "SHT": ["admin_password"],
}
KEYBOARD = 0
server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
typed = b""  # read from the keyboard and not used yet


def leave(text):
    """Say why, and end the program."""
    print(text)
    server.close()
    sys.exit(0)


def read_exactly(count):
    """Return `count` bytes from the server. recv() may return fewer, so it is asked until they are complete."""
    parts = []
    while count > 0:
        part = server.recv(min(count, 65536))
        if not part:
            leave("\nThe server has gone away.")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def send(text):
    """Send one frame."""
    data = text.encode("utf-8")
    server.sendall(struct.pack("!I", len(data)) + data)


def hear():
    """Return the next answer of the server as (OK, NO or GO; text). At a BYE the program ends."""
    (size,) = struct.unpack("!I", read_exactly(4))
    kind, _, text = read_exactly(size).decode("utf-8", "replace").partition(" ")
    if kind == "BYE":
        leave("\n" + text)
    return kind, text


def ask(question):
    """Return the next line from the keyboard, without spaces around it."""
    global typed
    print(question, end="", flush=True)
    while b"\n" not in typed:
        ready, _, _ = select.select([KEYBOARD, server], [], [])
        if server in ready:
            hear()  # nothing was asked, so this can only be the end
        if KEYBOARD in ready:
            data = os.read(KEYBOARD, 4096)
            if not data:
                leave("\nNobody is typing any more.")
            typed += data
    line, typed = typed.split(b"\n", 1)
    return line.decode("utf-8", "replace").strip()


def ask_word(question):
    """Return one word from the keyboard; ask until it is one."""
    while True:
        words = ask(question).split()
        if len(words) == 1:
            return words[0]
        print("One word, please.")


def log_in():
    """Ask for name and password until the server lets us in."""
    kind = ""
    while kind != "OK":
        name = ask_word("Login name? ")
        send(name)
        _, state = hear()
        if state == "new":
            print("The forum does not know %s yet." % name)
            send(ask_word("Choose a password: "))
        else:
            send(ask_word("Password? "))
        kind, text = hear()
        print(text)


def upload(words):
    """Send a local file."""
    try:
        with open(words[2], "rb") as file:
            data = file.read()
    except OSError as problem:
        print("Cannot read %s: %s" % (words[2], problem.strerror))
        return
    send("\n".join(words))
    kind, text = hear()
    if kind == "GO":
        server.sendall(struct.pack("!Q", len(data)) + data)
        kind, text = hear()
    print(text)


def download(words):
    """Fetch a file of the forum into this folder."""
    send("\n".join(words))
    kind, text = hear()
    if kind != "GO":
        print(text)
        return
    (size,) = struct.unpack("!Q", read_exactly(8))
    data = read_exactly(size)
    try:
        with open(words[2], "wb") as file:
            file.write(data)
        print("%s has arrived, %d bytes." % (words[2], size))
    except OSError as problem:
        print("Cannot write %s: %s" % (words[2], problem.strerror))


def split_words(line):
    """Cut a command into its words. None: it is not a command, and the user has been told why."""
    command = line.split()[0]
    if command not in ARGUMENTS:
        print("%s is not one of the commands." % command)
        return None
    wanted = ARGUMENTS[command]
    words = line.split(None, len(wanted)) if "text" in wanted else line.split()
    if len(words) != len(wanted) + 1:
        print("Please type it like this: %s" % " ".join([command] + wanted))
        return None
    return words


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: python3 client.py server_ip server_port")
    server.connect((sys.argv[1], int(sys.argv[2])))
    log_in()
    while True:
        line = ask("Commands: %s\nforum> " % " ".join(ARGUMENTS))
        words = split_words(line) if line else None
        if not words:
            continue
        if words[0] == "UPD":
            upload(words)
        elif words[0] == "DWN":
            download(words)
        else:
            send("\n".join(words))
            _, text = hear()
            if words[0] == "XIT":
                leave(text)
            if text:
                print(text)


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:
        sys.exit("The connection is lost: %s" % problem)
