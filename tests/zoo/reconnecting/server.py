"""usage: server.py port admin_password"""
import os
import socket
import sys
import threading
import time

import topics
from request import Dropped, decode, encode
from sessions import ACCOUNTS, SILENCE, Sessions

changed = threading.Condition()  # its lock is held while a request is carried out
sessions = Sessions(changed)
ARGUMENTS = {"CRT": 1, "MSG": 2, "DLT": 2, "EDT": 3, "LST": 0, "RDT": 1, "RMV": 1}


def answer(keyword, token, fields, body):
    """What is to be sent back, as (words, body)."""
    if sessions.closed:
        sessions.forget(token)
        changed.notify_all()
        return ["OVER", "the forum was closed by its admin"], b""
    if keyword == "HELLO":
        return ["YES", sessions.hello()], b""
    if token not in sessions.heard:
        return ["NO", "this session has expired, start again"], b""
    sessions.heard_of(token)
    if keyword == "STILL-THERE":
        return ["YES", "still here"], b""
    if keyword == "NAME":
        if sessions.is_here(fields[0]):
            raise topics.No("that user is here already")
        return ["YES", "old" if fields[0] in sessions.read() else "new"], b""
    if keyword == "PASSWORD":
        problem = sessions.enter(token, fields[0], fields[1], fields[2] == "new")
        if problem:
            raise topics.No(problem)
        return ["YES", "good day, " + fields[0]], b""
    return command(keyword, sessions.names.get(token), token, fields, body)


def command(keyword, user, token, fields, body):
    if user is None:
        raise topics.No("you were logged out, as your client was silent for too long")
    print(user, "asks for", keyword)
    if len(fields) == ARGUMENTS.get(keyword):
        return ["YES", getattr(topics, keyword)(user, *fields)], b""
    if keyword == "MAY-UPD":
        topics.may_upload(*fields)
        return ["YES", ""], b""
    if keyword == "UPD":
        return ["YES", topics.upload(user, *fields, body)], b""
    if keyword == "DWN":
        return ["YES", "fetched " + fields[1]], topics.download(*fields)
    if keyword == "XIT":
        sessions.forget(token)
        return ["OVER", "goodbye " + user], b""
    if keyword == "SHT":
        if fields != [sys.argv[2]]:
            raise topics.No("the admin has another password")
        close()
        sessions.forget(token)
        return ["OVER", "you have closed the forum"], b""
    raise topics.No("request not understood: " + keyword)


def close():
    sessions.closed = True
    for title in list(topics.topics):
        topics.erase(title)
    if os.path.exists(ACCOUNTS):
        os.remove(ACCOUNTS)
    changed.notify_all()


def serve(sock):
    """The whole life of one connection."""
    with sock:
        try:
            (keyword, token, *fields), body = decode(sock)
            with changed:
                try:
                    words, body = answer(keyword, token, fields, body)
                except (topics.No, OSError) as reason:
                    print("turned down:", reason)
                    words, body = ["NO", str(reason)], b""
            sock.sendall(encode(words, body))
        except (Dropped, OSError, ValueError):
            pass  # somebody connected and did not ask, or did not wait for the answer


def accept(listener):
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


def everybody_told():
    """Whether all clients know of the shutdown. One that was silent for long will never ask."""
    late = time.monotonic() - SILENCE
    return all(heard < late for heard in sessions.heard.values())


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", int(sys.argv[1])))
    listener.listen(128)
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    print("forum at port", sys.argv[1])
    with changed:
        while not sessions.closed:
            changed.wait()
        while not everybody_told():
            changed.wait(0.1)
    listener.close()
    for thread in threading.enumerate():
        if thread.name.startswith("Thread") and thread.daemon:
            thread.join(0.2)  # an answer may be on its way
    print("forum closed")


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    main()
