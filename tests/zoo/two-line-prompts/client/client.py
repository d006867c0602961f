#!/usr/bin/env python3
# Discussion forum, client side.        python3 client.py <ip> <port>
#
# A background thread takes the server's messages and puts them into a mailbox; the
# main thread asks the user and waits for the mailbox. A "bye" ends the program from
# the background thread, so nobody must press a key for it.
import os
import pickle
import queue
import socket
import struct
import sys
import threading

MENU = """
+------------------------------------------------------------+
| CRT t      MSG t text   DLT t n   EDT t n text   LST  RDT t |
| UPD t f    DWN t f      RMV t     SHT password   XIT        |
What shall be done?
"""
LOGIN = """
*** Discussion forum ***
%s
"""
# number of words behind the command, and whether the last one may hold spaces
SHAPES = {"CRT": (1, False), "MSG": (2, True), "DLT": (2, False), "EDT": (3, True), "LST": (0, False),
          "RDT": (1, False), "UPD": (2, False), "DWN": (2, False), "RMV": (1, False), "XIT": (0, False),
          "SHT": (1, False)}
mailbox = queue.Queue()


def receive(sock, size):
    got = b""
    while len(got) < size:
        more = sock.recv(min(size - len(got), 65536))
        if not more:
            raise ConnectionError
        got += more
    return got


def postman(sock):
    try:
        while True:
            (size,) = struct.unpack(">I", receive(sock, 4))
            kind, lines = pickle.loads(receive(sock, size))
            if kind == "bye":
                print("\n" + lines[0], flush=True)
                os._exit(0)
            mailbox.put((kind, lines))
    except OSError:
        print("\nLost the server.", flush=True)
        os._exit(1)


class Client:
    def __init__(self, ip, port):
        self.sock = socket.create_connection((ip, port))
        threading.Thread(target=postman, args=(self.sock,), daemon=True).start()

    def request(self, *message):
        data = pickle.dumps(message)
        self.sock.sendall(struct.pack(">I", len(data)) + data)
        return mailbox.get()

    def ask(self, text):
        try:
            return input(text)
        except EOFError:
            os._exit(0)

    def log_in(self):
        good = False
        while not good:
            name = self.ask(LOGIN % "Who are you? (a new name makes a new account)")
            password = self.ask(LOGIN % "And your password?")
            good, lines = self.request("enter", name, password)
            print(*lines, sep="\n")

    def work(self):
        while True:
            line = self.ask(MENU)
            command = line.split(" ")[0]
            if not line.strip():
                continue
            if command not in SHAPES:
                print("?", command, "is none of the commands above.")
                continue
            count, free = SHAPES[command]
            words = line.split(" ", count)[1:] if free else line.split()[1:]
            if len(words) != count or not all(w.strip() for w in words):
                print("?", command, "wants", count, "word(s) behind it.")
                continue
            if command == "XIT":
                print(*self.request("leave")[1])
                return
            getattr(self, command, self.simple)(command, words)

    def simple(self, command, words):
        good, lines = self.request(command, *words)
        print(*lines, sep="\n")

    def UPD(self, command, words):
        try:
            with open(words[1], "rb") as f:
                content = f.read()
        except OSError as e:
            print("Your file could not be read:", e.strerror)
            return
        kind, lines = self.request("may I?", *words)
        if kind == "upload":
            self.simple("UPD", [*words, content])
        else:
            print(*lines, sep="\n")

    def DWN(self, command, words):
        good, lines = self.request("DWN", *words)
        if not good:
            print(*lines, sep="\n")
            return
        with open(words[1], "wb") as f:
            f.write(lines[0])
        print("%d bytes were written to %s." % (len(lines[0]), words[1]))


if len(sys.argv) != 3:
    sys.exit("usage: client.py <ip> <port>")
client = Client(sys.argv[1], int(sys.argv[2]))
try:
    client.log_in()
    client.work()
except (KeyboardInterrupt, OSError):
    pass
sys.stdout.flush()
os._exit(0)
