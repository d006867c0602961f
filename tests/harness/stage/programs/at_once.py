"""Two threads that do something with files, with no lock: each when a line comes through its pipe, `first` or `last`.

    at_once.py JOB JOB [wait in epoll | with a limit | fork | births]

`births`: the main thread waits for both pipes in epoll_wait(), and starts a new one for each line.

A job is one of those below. What comes of it is printed, with the name of the thread before it.
"""

import os
import select
import socket
import struct
import sys
import threading


def create():
    """Create a file, unless there is one."""
    if os.path.exists("title"):
        return "there was one"
    with open("title", "w") as file:
        file.write("mine")
    return "created"


def count():
    """Add one to the number in a file."""
    with open("number") as file:
        number = int(file.read())
    with open("number", "w") as file:
        file.write(str(number + 1))
    return "counted"


def rewrite():
    """Write the same into a file again."""
    with open("text") as file:
        text = file.read()
    with open("text", "w") as file:
        file.write(text)
    return "written"


def read():
    """Say how much is in that file."""
    with open("text") as file:
        return f"{len(file.read())} letters"


titles = {"a": 1, "b": 2}


def walk():
    """Look for the file of each title."""
    try:
        return f"{sum(not os.path.exists(title) for title in titles)} titles"
    except RuntimeError as problem:
        return str(problem)


def add():
    """One title more."""
    with open("log", "a") as file:
        file.write("c")
    titles["c"] = 3
    return "added"


def for_ever():
    """Ask the system so often that it takes minutes if each call is stopped twice."""
    for _ in range(300_000):
        os.stat(".")
    return "asked"


def end():
    """End the whole program."""
    os._exit(3)


def wait(pipe, how):
    """Until a byte comes through the pipe."""
    if how == "epoll":
        poller = select.epoll()
        poller.register(pipe, select.EPOLLIN)
        poller.poll()
    elif how == "limit":
        # A pipe has none, so it waits at a socket instead, to which nobody sends.
        here, _there = socket.socketpair()
        here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 3600, 0))
        here.recv(1)
    os.read(pipe, 1)


def work(name, job, how):
    """The job, each time a byte comes."""
    pipe = os.open(name, os.O_RDWR)
    while True:
        wait(pipe, how)
        do(name, job)


def births(jobs):
    """Wait for both, and let each be done by a thread that is born for it."""
    poller = select.epoll()
    pipes = {os.open(name, os.O_RDWR): name for name in jobs}
    for pipe in pipes:
        poller.register(pipe, select.EPOLLIN)
    while True:
        for pipe, _ in poller.poll():
            os.read(pipe, 1)
            threading.Thread(target=do, args=(pipes[pipe], jobs[pipes[pipe]])).start()


def do(name, job):
    """The job, once."""
    print(f"{name}: {globals()[job]()}", flush=True)


if __name__ == "__main__":
    how = sys.argv[3] if len(sys.argv) > 3 else ""
    with open("number", "w") as file:
        file.write("0")
    with open("text", "w") as file:
        file.write("12345")
    for name in ("first", "last"):
        os.mkfifo(name)
    if how == "births":
        print("ready", flush=True)
        births({"first": sys.argv[1], "last": sys.argv[2]})
    elif how == "fork" and not os.fork():
        work("first", sys.argv[1], how)
    else:
        if how != "fork":
            threading.Thread(target=work, args=("first", sys.argv[1], how)).start()
        threading.Thread(target=work, args=("last", sys.argv[2], how)).start()
    print("ready", flush=True)
