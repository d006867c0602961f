"""Discussion forum server: one process, one thread, one select().

usage: python3 server.py port admin_password

Requests and answers are lines; the words of a line are parted by tabs.

    USER name              -> PASSWORD | NEWPASSWORD | AGAIN text
    PASS password          -> WELCOME text | AGAIN text
    CRT title ...          -> SHOW text ("\\r" stands for the end of a line in it)
    UPD title file size    -> SHOW text, after `size` bytes that follow the request at once
    DWN title file         -> FILE size, and the bytes; or SHOW text
    XIT                    -> BYE text, and the connection ends. So it does for everybody at SHT.

As there is one thread, every request is finished before the next one begins.
"""

import os
import select
import socket
import sys


class Peer:
    """A connection: what has come and is not used yet, what waits to be sent, and who it is."""

    def __init__(self, sock):
        self.sock = sock
        self.inbox = b""
        self.outbox = b""
        self.name = None  # given, but perhaps not proved yet
        self.user = None
        self.upload = None  # (title, file name, bytes to come)
        self.leaving = False

    def say(self, *words):
        self.outbox += ("\t".join(words) + "\n").encode()


class Topic:
    """A thread. Posts are [author, text], uploads are (author, file name)."""

    def __init__(self, author):
        self.author = author
        self.entries = []

    def posts(self):
        return [entry for entry in self.entries if isinstance(entry, list)]

    def uploads(self):
        return [name for _, name in (entry for entry in self.entries if isinstance(entry, tuple))]

    def lines(self):
        """The lines of the file after the first, with the numbers that the posts have now."""
        lines, number = [], 0
        for entry in self.entries:
            if isinstance(entry, list):
                number += 1
                lines.append("{} {}: {}".format(number, *entry))
            else:
                lines.append("{} uploaded {}".format(*entry))
        return lines


class Error(Exception):
    """Shown to the user."""


peers = {}  # file number of the socket -> Peer
topics = {}  # title -> Topic
secret = ""
ended = False


# ---- files

def accounts():
    if not os.path.exists("credentials.txt"):
        return {}
    with open("credentials.txt") as f:
        return dict(line.split() for line in f if len(line.split()) == 2)


def register(name, password):
    with open("credentials.txt", "ab+") as f:
        f.seek(0)
        old = f.read()
        gap = b"" if old.endswith(b"\n") or not old else b"\n"
        f.write(gap + "{} {}\n".format(name, password).encode())


def write_topic(title):
    with open(title, "w") as f:
        for line in [topics[title].author] + topics[title].lines():
            f.write(line + "\n")


def delete_topic(title):
    for name in [title] + [title + "-" + name for name in topics.pop(title).uploads()]:
        if os.path.exists(name):
            os.remove(name)


# ---- login

def who_is_on():
    return [peer.user for peer in peers.values() if peer.user]


def take_name(peer, name):
    peer.name = None
    if name in who_is_on():
        peer.say("AGAIN", name + " has a session already")
        return
    peer.name = name
    peer.say("PASSWORD" if name in accounts() else "NEWPASSWORD")


def take_password(peer, password):
    name, peer.name = peer.name, None
    known = accounts()
    if name is None:
        peer.say("AGAIN", "a name comes first")
    elif name in who_is_on():
        peer.say("AGAIN", name + " has a session already")
    elif known.get(name, password) != password:
        print("wrong password for", name)
        peer.say("AGAIN", "wrong password")
    else:
        if name not in known:
            register(name, password)
        peer.user = name
        print(name, "has a session now")
        peer.say("WELCOME", "session opened")


# ---- commands

def the_topic(title):
    if title not in topics:
        raise Error("no such thread: " + title)
    return topics[title]


def own_post(user, title, number):
    posts = the_topic(title).posts()
    if not number.isdecimal() or not 1 <= int(number) <= len(posts):
        raise Error("no such message: " + number)
    post = posts[int(number) - 1]
    if post[0] != user:
        raise Error("message {} belongs to {}".format(number, post[0]))
    return post


def crt(user, title):
    if title in topics or "/" in title or os.path.exists(title):
        raise Error("a thread cannot have the title {} (it may be taken)".format(title))
    topics[title] = Topic(user)
    write_topic(title)
    return "created thread " + title


def msg(user, title, text):
    the_topic(title).entries.append([user, text])
    write_topic(title)
    return "posted to thread " + title


def dlt(user, title, number):
    post = own_post(user, title, number)
    # The very same post, not an equal one: two people may say the same thing twice.
    topics[title].entries = [entry for entry in topics[title].entries if entry is not post]
    write_topic(title)
    return "deleted message {} of {}".format(number, title)


def edt(user, title, number, text):
    own_post(user, title, number)[1] = text
    write_topic(title)
    return "edited message {} of {}".format(number, title)


def lst(user):
    return "\r".join(["threads:"] + list(topics)) if topics else "there are no threads"


def rdt(user, title):
    return "\r".join(the_topic(title).lines()) or "thread {} has nothing in it".format(title)


def rmv(user, title):
    if the_topic(title).author != user:
        raise Error("thread {} belongs to {}".format(title, topics[title].author))
    delete_topic(title)
    return "removed thread " + title


def upd(user, title, name, data):
    stored = title + "-" + name
    if name in the_topic(title).uploads() or "/" in name or os.path.exists(stored):
        raise Error("there is already a file {} in {}".format(name, title))
    with open(stored, "wb") as f:
        f.write(data)
    topics[title].entries.append((user, name))
    write_topic(title)
    return "uploaded {} to {}".format(name, title)


def dwn(user, title, name):
    if name not in the_topic(title).uploads():
        raise Error("no file {} in {}".format(name, title))
    with open(title + "-" + name, "rb") as f:
        return f.read()


def sht(user, password):
    global ended
    if password != secret:
        raise Error("wrong admin password")
    ended = True
    for title in list(topics):
        delete_topic(title)
    if os.path.exists("credentials.txt"):
        os.remove("credentials.txt")
    for peer in peers.values():
        peer.say("BYE", "the server shuts down")
        peer.leaving = True


COMMANDS = {"CRT": crt, "MSG": msg, "DLT": dlt, "EDT": edt, "LST": lst, "RDT": rdt, "RMV": rmv}


def request(peer, words):
    """Do what one line asks for."""
    verb, rest = words[0], words[1:]
    if verb == "USER" and not peer.user:
        take_name(peer, *rest)
    elif verb == "PASS" and not peer.user:
        take_password(peer, *rest)
    elif not peer.user:
        peer.say("AGAIN", "log in first")
    elif verb == "XIT":
        print(peer.user, "has left")
        peer.user = None
        peer.say("BYE", "session closed")
        peer.leaving = True
    elif verb == "UPD":
        peer.upload = rest[0], rest[1], int(rest[2])
    elif verb == "SHT":
        sht(peer.user, *rest)
    elif verb == "DWN":
        data = dwn(peer.user, *rest)
        peer.say("FILE", str(len(data)))
        peer.outbox += data
    else:
        peer.say("SHOW", COMMANDS[verb](peer.user, *rest))


def work(peer):
    """Use what is complete in the inbox. False: nothing is, more must come."""
    if peer.upload:
        title, name, size = peer.upload
        if len(peer.inbox) < size:
            return False
        data, peer.inbox, peer.upload = peer.inbox[:size], peer.inbox[size:], None
        peer.say("SHOW", upd(peer.user, title, name, data))
        return True
    line, newline, rest = peer.inbox.partition(b"\n")
    if not newline:
        return False
    peer.inbox = rest
    request(peer, line.decode(errors="replace").split("\t"))
    return True


def hear(peer):
    """Bytes have come, or the end of the connection."""
    try:
        data = peer.sock.recv(65536)
    except OSError:
        data = b""
    if not data:
        drop(peer)
    peer.inbox += data
    more = bool(data)
    while more and not peer.leaving:
        try:
            more = work(peer)
        except (Error, OSError) as problem:
            peer.say("SHOW", "not done: {}".format(problem))


def drop(peer):
    if peers.pop(peer.sock.fileno(), None):
        peer.sock.close()


def flush(peer):
    """Send as much as there is room for."""
    try:
        peer.outbox = peer.outbox[peer.sock.send(peer.outbox):]
    except OSError:
        return drop(peer)
    if peer.leaving and not peer.outbox:
        drop(peer)


def main():
    global secret
    if len(sys.argv) != 3:
        sys.exit("usage: python3 server.py port admin_password")
    secret = sys.argv[2]
    door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    print("server is up")
    while peers or not ended:
        waiting = [number for number, peer in peers.items() if peer.outbox]
        readable, writable, _ = select.select(([] if ended else [door]) + list(peers), waiting, [])
        for number in writable:
            flush(peers[number])
        for number in readable:
            if number is door:
                sock, _ = door.accept()
                sock.setblocking(False)
                peers[sock.fileno()] = Peer(sock)
            elif number in peers:
                hear(peers[number])
    print("server is down")


if __name__ == "__main__":
    main()
