"""Forum server.    python3 server.py PORT ADMIN_PASSWORD

Two threads for each client: one reads requests and answers them, the other one waits for the end of the forum and
passes it on. NAME and PASSWORD are answered with KNOWN, NEW, IN or AGAIN; the commands with OK or NO and a text, GO
(the file may come) or FILE (it comes). BYE comes at any time.
"""

import itertools
import os
import socket
import sys
import threading
import time

from netstring import Lost, Wire
from store import Accounts, Closed, No, Threads

GRACE = 10  # seconds that a client has at the end, if it does not read what is sent

accounts = Accounts()
threads = Threads()
news = threading.Condition()  # somebody has left, or the forum is closed
closed = False
admin_password = ""
door = None
numbers = itertools.count()


class Visit:
    """A client, from its coming to its going."""

    def __init__(self, sock):
        self.wire = Wire(sock)
        self.writing = threading.Lock()
        self.user = None
        self.over = False
        self.arriving = ".arriving-%d" % next(numbers)

    def answer(self, *words):
        with self.writing:
            self.wire.put(*words)

    def run(self):
        try:
            while self.user is None:
                self.log_in()
            while self.obey(self.wire.words()):
                pass
        except (Lost, Closed):
            pass
        self.log_out()
        with news:
            self.over = True
            news.notify_all()

    def wait_for_the_end(self):
        """The second thread."""
        with news:
            while not closed and not self.over:
                news.wait()
        if closed:
            try:
                self.answer("BYE", "The forum has been shut down.")
            except Lost:
                pass
            try:
                self.wire.sock.shutdown(socket.SHUT_RDWR)  # wakes the first one
            except OSError:
                pass
        self.wire.sock.close()

    # ---- login

    def log_in(self):
        name = self.wire.words()[-1]
        known = accounts.known(name)
        self.answer("KNOWN" if known else "NEW")
        password = self.wire.words()[-1]
        try:
            if known:
                accounts.enter(name, password)
            else:
                accounts.register(name, password)
        except No as reason:
            return self.answer("AGAIN", str(reason))
        self.user = name
        print(name, "came")
        self.answer("IN", "Hello, %s." % name)

    def log_out(self):
        if self.user is not None:
            print(self.user, "went")
            accounts.leave(self.user)
            self.user = None

    # ---- commands

    def obey(self, words):
        """Carry out one request. False: it was the last one."""
        verb, rest = words[0], words[1:]
        print(self.user, verb)
        if verb == "XIT":
            self.log_out()
            self.answer("OK", "Come back soon.")
            return False
        try:
            self.command(verb, rest)
        except No as reason:
            self.answer("NO", str(reason))
        except (OSError, TypeError, ValueError) as problem:
            print(self.user, verb, problem)
            self.answer("NO", "That cannot be done.")
        return True

    def command(self, verb, rest):
        if verb == "UPD":
            self.upload(*rest)
        elif verb == "DWN":
            with threads.open_upload(*rest) as file, self.writing:
                self.wire.put("FILE")
                self.wire.put_file(file)
        elif verb == "LST":
            self.answer("OK", threads.titles_now())
        elif verb == "RDT":
            self.answer("OK", threads.read(*rest))
        elif verb == "SHT":
            if rest != [admin_password]:
                raise No("The admin password is another one.")
            end()
        elif verb in CHANGES:
            self.answer("OK", CHANGES[verb](self.user, *rest))
        else:
            raise No("What is %s?" % verb)

    def upload(self, title, name):
        threads.may_take(title, name)
        self.answer("GO")
        try:
            with open(self.arriving, "wb") as file:
                self.wire.get_file(file)
            done = threads.take(self.user, title, name, self.arriving)
        finally:
            if os.path.exists(self.arriving):
                os.remove(self.arriving)
        self.answer("OK", done)


CHANGES = {"CRT": threads.create, "MSG": threads.post, "EDT": threads.edit, "DLT": threads.delete,
           "RMV": threads.remove}


def end():
    global closed
    threads.close()
    with news:
        closed = True
        news.notify_all()
    door.shutdown(socket.SHUT_RDWR)


def main():
    global door, admin_password
    if len(sys.argv) != 3:
        sys.exit("python3 server.py PORT ADMIN_PASSWORD")
    admin_password = sys.argv[2]
    door = socket.create_server(("", int(sys.argv[1])), backlog=100)
    print("Listening.", flush=True)
    workers = []
    while not closed:
        try:
            sock, _ = door.accept()
        except OSError:
            break
        visit = Visit(sock)
        workers = [worker for worker in workers if worker.is_alive()]
        for work in (visit.run, visit.wait_for_the_end):
            workers.append(threading.Thread(target=work, daemon=True))
            workers[-1].start()
    patience = time.monotonic() + GRACE
    for worker in workers:
        worker.join(max(0, patience - time.monotonic()))
    print("Closed.", flush=True)
    os._exit(0)


main()
