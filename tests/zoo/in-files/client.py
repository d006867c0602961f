"""Forum client.    python3 client.py SERVER_IP SERVER_PORT

One thread reads the keyboard, one the network, and both put what comes into one queue. The main thread takes it out.
"""

import collections
import os
import queue
import socket
import sys
import threading

from netstring import Lost, Wire

HELP = {
    "CRT": "CRT title", "MSG": "MSG title message", "DLT": "DLT title number", "EDT": "EDT title number message",
    "LST": "LST", "RDT": "RDT title", "UPD": "UPD title file", "DWN": "DWN title file", "RMV": "RMV title",
    "XIT": "XIT", "SHT": "SHT admin_password",
}
KEYS, NET = "keys", "net"
events = queue.Queue()
waiting = {KEYS: collections.deque(), NET: collections.deque()}


def leave(text):
    print(text, flush=True)
    os._exit(0)


def read_keyboard():
    for line in sys.stdin:
        events.put((KEYS, line.strip()))
    events.put((KEYS, None))


def read_network(wire):
    try:
        while True:
            events.put((NET, wire.get()))
    except Lost:
        events.put((NET, None))


def next_from(source):
    """What comes next from there. The end of the forum is told at once, whatever we wait for."""
    while not waiting[source]:
        where, what = events.get()
        if where == NET and what is None:
            leave("\nThe server has hung up.")
        if where == NET and what[:1] == ["BYE"]:
            leave("\n" + what[1])
        waiting[where].append(what)
    return waiting[source].popleft()


def ask(question):
    print(question, end="", flush=True)
    line = next_from(KEYS)
    if line is None:
        leave("")
    return line


def ask_word(question):
    while True:
        words = ask(question).split()
        if len(words) == 1:
            return words[0]


def request(wire, *words):
    wire.put(*words)
    return next_from(NET)


def log_in(wire):
    while True:
        name = ask_word("Your name | ")
        known = request(wire, "NAME", name)[0] == "KNOWN"
        question = "Your password | " if known else "You are new here. Your password from now on | "
        state, text = request(wire, "PASSWORD", ask_word(question))
        print(text)
        if state == "IN":
            return


def parse(line):
    """The words of a command that is written as it should be, or None."""
    verb = line.split(" ")[0]
    if verb not in HELP:
        print("There is no command %s. There are: %s" % (verb, " ".join(HELP)))
        return None
    shape = HELP[verb].split()
    words = line.split(None, len(shape) - 1) if shape[-1] == "message" else line.split()
    if len(words) != len(shape):
        print("Write: " + HELP[verb])
        return None
    return words


def upload(wire, words):
    try:
        file = open(words[2], "rb")
    except OSError as problem:
        return print("No file %s: %s" % (words[2], problem.strerror))
    with file:
        answer = request(wire, *words)
        if answer[0] == "GO":
            wire.put_file(file)
            answer = next_from(NET)
    print(answer[1])


def download(wire, words):
    answer = request(wire, *words)
    if answer[0] != "FILE":
        return print(answer[1])
    pieces = []
    while not pieces or pieces[-1]:
        pieces.append(next_from(NET))
    try:
        with open(words[2], "wb") as file:
            file.write(b"".join(pieces))
        print("%s is here." % words[2])
    except OSError as problem:
        print("%s cannot be written: %s" % (words[2], problem.strerror))


def main():
    if len(sys.argv) != 3:
        sys.exit("python3 client.py SERVER_IP SERVER_PORT")
    wire = Wire(socket.create_connection((sys.argv[1], int(sys.argv[2]))))
    threading.Thread(target=read_network, args=(wire,), daemon=True).start()
    threading.Thread(target=read_keyboard, daemon=True).start()
    log_in(wire)
    while True:
        line = ask("(%s) | " % " ".join(HELP))
        words = parse(line) if line else None
        if words is None:
            continue
        if words[0] == "UPD":
            upload(wire, words)
        elif words[0] == "DWN":
            download(wire, words)
        else:
            answer = request(wire, *words)
            if words[0] == "XIT":
                leave(answer[1])
            print(answer[1])


try:
    main()
except Lost:
    leave("\nThe connection is lost.")
except KeyboardInterrupt:
    leave("")
