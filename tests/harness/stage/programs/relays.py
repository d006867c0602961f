"""Reads a line and prints it by way of others: `python relays.py pipe|socketpair|udp|queue|process`."""

import os
import queue
import socket
import subprocess
import sys
import threading

kind = sys.argv[1]


def relay(receive, send):
    """Hand on."""
    while True:
        send(receive())


def chain():
    """Five threads that hand on what they get."""
    if kind == "queue":
        links = [queue.Queue() for _ in range(6)]
        sends, receives = [q.put for q in links], [q.get for q in links]
    elif kind == "pipe":
        links = [os.pipe() for _ in range(6)]
        sends = [lambda data, w=w: os.write(w, data) for _, w in links]
        receives = [lambda r=r: os.read(r, 1000) for r, _ in links]
    elif kind == "udp":
        links = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(6)]
        for link in links:
            link.bind(("127.0.0.1", 0))
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sends = [lambda data, link=link: out.sendto(data, link.getsockname()) for link in links]
        receives = [lambda link=link: link.recv(1000) for link in links]
    else:
        links = [socket.socketpair() for _ in range(6)]
        sends = [a.send for a, _ in links]
        receives = [lambda b=b: b.recv(1000) for _, b in links]
    for number in range(5):
        threading.Thread(target=relay, args=(receives[number], sends[number + 1]), daemon=True).start()
    return sends[0], receives[5]


if kind == "process":
    while True:
        line = input("> ")
        subprocess.run(["/bin/sh", "-c", f"(echo {line}) | cat | cat"])
else:
    send, receive = chain()
    while True:
        send(input("> ").encode())
        print(receive().decode())
