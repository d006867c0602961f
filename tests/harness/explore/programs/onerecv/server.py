"""Keeps a list, and is wrong in one thing: it takes one recv() for one line."""

import socket
import sys
import threading

items, lock = [], threading.Lock()


def serve(link):
    """Answer each line with a line."""
    while data := link.recv(1024):
        word, _, text = data.decode().strip().partition(" ")
        with lock:
            if word == "ADD":
                items.append(text)
        link.sendall(f"{text if word == 'ADD' else ' '.join(items)}\n".encode())


door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
