#!/usr/bin/env python3
# Discussion forum, server side.        python3 server.py <port> <admin password>
#
# Each client has one thread here (class Worker). The thread reads a pickled tuple
#       (what, argument, argument, ...)
# carries it out under the forum's lock and sends a pickled pair (good, lines) back.
# Two pairs are special: ("upload", ...) invites the client to send a file, and
# ("bye", lines) ends the client, whatever it is doing.
import os
import pickle
import socket
import struct
import sys
from threading import Lock, RLock, Thread

LENGTH = struct.Struct(">I")


class ForumError(Exception):
    pass


class Topic:
    """One thread of the forum. entries: [author, text] or (author, filename) for an upload."""

    def __init__(self, name, creator):
        self.name, self.creator, self.entries = name, creator, []

    def rows(self):
        n = 0
        for entry in self.entries:
            if isinstance(entry, tuple):
                yield "%s uploaded %s" % entry
            else:
                n += 1
                yield "%d %s: %s" % (n, entry[0], entry[1])

    def write(self):
        with open(self.name, "w", errors="surrogateescape") as f:
            print(self.creator, *self.rows(), sep="\n", file=f)

    def message(self, number, user):
        """The place of message `number` in entries, if this user may touch it."""
        places = [i for i, e in enumerate(self.entries) if isinstance(e, list)]
        if not number.isdecimal() or not 0 < int(number) <= len(places):
            raise ForumError("There is no message number %s here." % number)
        place = places[int(number) - 1]
        if self.entries[place][0] != user:
            raise ForumError("That message was not written by you.")
        return place

    def stored(self, filename):
        return self.name + "-" + filename


class Forum:
    def __init__(self, admin):
        self.admin, self.topics, self.users, self.workers = admin, {}, set(), set()
        self.lock, self.over = RLock(), False

    # -- people -------------------------------------------------------------
    def enter(self, user, password):
        """Returns True for a new user. Name and password came together, so both are looked at here."""
        with open("credentials.txt", "a+") as f:
            f.seek(0)
            text = f.read()
            known = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
            if user in known and known[user] != password:
                raise ForumError("Password and name do not fit together.")
            if user in self.users:
                raise ForumError("%s is in the forum at this moment, on another terminal." % user)
            if not user or not password or " " in user + password:
                raise ForumError("A name and a password are one word each.")
            if user not in known:
                f.write("\n" * (text != "" and text[-1] != "\n") + user + " " + password + "\n")
        self.users.add(user)
        return user not in known

    # -- threads ------------------------------------------------------------
    def topic(self, name):
        if name not in self.topics:
            raise ForumError("No thread is called %s." % name)
        return self.topics[name]

    def CRT(self, user, name):
        if name in self.topics:
            raise ForumError("Somebody opened %s before you." % name)
        if "/" in name or os.path.exists(name):
            raise ForumError("%s cannot be the name of a thread." % name)
        self.topics[name] = Topic(name, user)
        self.topics[name].write()
        return ["You opened the thread %s." % name]

    def MSG(self, user, name, text):
        self.topic(name).entries.append([user, text])
        self.topic(name).write()
        return ["Your message is in %s now." % name]

    def DLT(self, user, name, number):
        topic = self.topic(name)
        del topic.entries[topic.message(number, user)]
        topic.write()
        return ["Message %s is gone." % number]

    def EDT(self, user, name, number, text):
        topic = self.topic(name)
        topic.entries[topic.message(number, user)][1] = text
        topic.write()
        return ["Message %s reads otherwise now." % number]

    def LST(self, user):
        return ["%d thread(s):" % len(self.topics), *self.topics] if self.topics else ["Nobody opened a thread yet."]

    def RDT(self, user, name):
        return list(self.topic(name).rows()) or ["(not a word in %s yet)" % name]

    def RMV(self, user, name):
        topic = self.topic(name)
        if topic.creator != user:
            raise ForumError("%s belongs to %s." % (name, topic.creator))
        self.erase(topic)
        del self.topics[name]
        return ["The thread %s was taken away." % name]

    def erase(self, topic):
        for path in [topic.name] + [topic.stored(e[1]) for e in topic.entries if isinstance(e, tuple)]:
            if os.path.exists(path):
                os.remove(path)

    def may_upload(self, name, filename):
        topic = self.topic(name)
        if "/" in filename or os.path.exists(topic.stored(filename)):
            raise ForumError("The thread has a file %s." % filename)

    def UPD(self, user, name, filename, content):
        self.may_upload(name, filename)
        topic = self.topic(name)
        with open(topic.stored(filename), "wb") as f:
            f.write(content)
        topic.entries.append((user, filename))
        topic.write()
        return ["%s: %d bytes were stored." % (filename, len(content))]

    def DWN(self, user, name, filename):
        topic = self.topic(name)
        if filename not in [e[1] for e in topic.entries if isinstance(e, tuple)]:
            raise ForumError("%s has no file %s." % (name, filename))
        with open(topic.stored(filename), "rb") as f:
            return [f.read()]

    def close(self):
        """After this nothing is served any more."""
        self.over = True
        for topic in self.topics.values():
            self.erase(topic)
        if os.path.exists("credentials.txt"):
            os.remove("credentials.txt")
        for worker in list(self.workers):
            worker.tell("bye", ["The forum was closed for good."])
            worker.hang_up()


class Worker(Thread):
    def __init__(self, sock, forum, door):
        super().__init__()
        self.sock, self.forum, self.door, self.user = sock, forum, door, None
        self.speaking = Lock()

    def tell(self, *message):
        data = pickle.dumps(message)
        try:
            with self.speaking:
                self.sock.sendall(LENGTH.pack(len(data)) + data)
        except OSError:
            pass  # nobody there: the reading side notices by itself

    def hang_up(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def hear(self):
        (size,) = LENGTH.unpack(self.take(4))
        return pickle.loads(self.take(size))

    def take(self, size):
        got = bytearray()
        while len(got) < size:
            more = self.sock.recv(size - len(got))
            if not more:
                raise ConnectionError
            got += more
        return bytes(got)

    def run(self):
        try:
            while True:
                self.serve(*self.hear())
        except (OSError, EOFError):
            pass
        with self.forum.lock:
            self.forum.users.discard(self.user)
            self.forum.workers.discard(self)
        print("[-]", self.user or "somebody", "went away")
        self.sock.close()

    def serve(self, what, *arguments):
        with self.forum.lock:
            if self.forum.over:
                return
            try:
                good, lines = True, self.work(what, arguments)
            except ForumError as e:
                good, lines = False, [str(e)]
            print("[%s] %s -> %s" % (self.user, what, "done" if good else lines[0]))
        # Not under the lock: a client that does not read must not stop the others.
        if not self.forum.over:
            self.tell("upload" if what == "may I?" and good else good, lines)

    def work(self, what, arguments):
        if what == "enter":
            new = self.forum.enter(*arguments)
            self.user = arguments[0]
            hello = "You are new here, %s: an account was made for you." if new else "Nice to see you, %s."
            return [hello % self.user]
        if what == "leave":
            self.forum.users.discard(self.user)
            # From now on somebody else may go by this name.
            name, self.user = self.user, None
            return ["See you, %s." % name]
        if what == "may I?":
            self.forum.may_upload(*arguments)
            return []
        if what == "SHT":
            if arguments[0] != self.forum.admin:
                raise ForumError("The administrator has another password.")
            self.forum.close()
            self.door.shutdown(socket.SHUT_RDWR)  # wakes the main thread
            return []
        return getattr(self.forum, what)(self.user, *arguments)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: server.py <port> <admin password>")
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("", int(sys.argv[1])))
    door.listen(50)
    forum = Forum(sys.argv[2])
    print("The forum is open on port", sys.argv[1])
    while True:
        try:
            sock, address = door.accept()
        except OSError:
            break
        worker = Worker(sock, forum, door)
        with forum.lock:
            if forum.over:  # came too late
                sock.close()
                break
            forum.workers.add(worker)
        print("[+]", address)
        worker.start()
    door.close()
    print("The forum is closed.")


main()
