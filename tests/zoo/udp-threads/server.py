"""The forum over UDP: python3 server.py PORT.

A request is one datagram: client's tag, number, verb and the rest, parted by
tabs. Each is worked on by a thread of its own. Clients send again what is not
answered in time, so the last answer to each client is kept, and a request that
was seen before is answered by it and not carried out twice. The bytes of files
come and go over TCP, on the same port, against a ticket handed out by UDP.
"""

import os
import socket
import sys
import threading
import uuid

PIECE = 1200          # bytes of an answer in one datagram

rules = threading.RLock()    # all of what follows changes under it alone
topics = {}           # title -> {"by": name, "lines": [("post", name, text) | ("file", name, file name)]}
inside = {}           # tag -> name of who is logged in
latest = {}           # tag -> (number, answer)
tickets = {}          # ticket -> ("up" | "down", title, file name, name)


def accounts():
    with open("credentials.txt") as file:
        return dict(line.split(" ", 1) for line in file.read().splitlines() if " " in line)


def add_account(name, word):
    with open("credentials.txt", "rb+") as file:
        text = file.read()
        gap = b"\n" if text and not text.endswith(b"\n") else b""
        file.write(gap + f"{name} {word}\n".encode())


def numbered(lines):
    number = 0
    for kind, name, text in lines:
        if kind == "post":
            number += 1
            yield f"{number} {name}: {text}"
        else:
            yield f"{name} uploaded {text}"


def write_down(title):
    topic = topics[title]
    with open(title, "w") as file:
        file.write("\n".join([topic["by"], *numbered(topic["lines"])]) + "\n")


def place_of(topic, number):
    """Where in a topic's lines the post of this number stands, or None."""
    posts = [place for place, line in enumerate(topic["lines"]) if line[0] == "post"]
    wanted = int(number) if number.isdecimal() else 0
    return posts[wanted - 1] if 1 <= wanted <= len(posts) else None


def stored(title, name):
    return f"{title}-{name}"


def has_file(title, name):
    return any(kind == "file" and text == name for kind, _, text in topics[title]["lines"])


# --- what is asked for; each returns (good, what to tell)

def who(tag, name, *_):
    if name in inside.values():
        return False, f"{name} is already here"
    return True, "known" if name in accounts() else "new"


def enter(tag, name, word):
    if name in inside.values():
        return False, f"{name} is already here"
    known = accounts()
    if name in known and known[name] != word:
        return False, "that password is not right"
    if name not in known:
        add_account(name, word)
    inside[tag] = name
    print(f"+ {name}", flush=True)
    return True, f"Hello, {name}."


def leave(tag, *_):
    print(f"- {inside.pop(tag, '?')}", flush=True)
    return True, "See you."


def crt(me, title):
    if title in topics:
        return False, f"there is a topic {title} already"
    if os.path.exists(title) or "/" in title:
        return False, f"{title} cannot be the name of a topic"
    topics[title] = {"by": me, "lines": []}
    write_down(title)
    return True, f"Topic {title} is open."


def lst(me):
    return True, "\n".join(["Topics:", *sorted(topics)]) if topics else "Nobody has opened a topic."


def msg(me, title, text):
    topics[title]["lines"].append(("post", me, text))
    write_down(title)
    return True, "Your words are in."


def own_post(me, title, number):
    """Where one's own post stands: (place, None), or (None, why not)."""
    place = place_of(topics[title], number)
    if place is None:
        return None, f"{title} has no post number {number}"
    return (place, None) if topics[title]["lines"][place][1] == me else (None, "only its writer may touch that post")


def edt(me, title, number, text):
    place, why = own_post(me, title, number)
    if why:
        return False, why
    topics[title]["lines"][place] = ("post", me, text)
    write_down(title)
    return True, "It reads differently now."


def dlt(me, title, number):
    place, why = own_post(me, title, number)
    if why:
        return False, why
    del topics[title]["lines"][place]
    write_down(title)
    return True, "It is gone."


def rdt(me, title):
    lines = list(numbered(topics[title]["lines"]))
    return True, "\n".join(lines) if lines else "(nothing was written here yet)"


def rmv(me, title):
    if topics[title]["by"] != me:
        return False, "only who opened a topic may close it"
    for name in [title, *(stored(title, text) for kind, _, text in topics[title]["lines"] if kind == "file")]:
        if os.path.exists(name):
            os.remove(name)
    del topics[title]
    return True, f"Topic {title} is closed for good."


def upd(me, title, name):
    ticket = uuid.uuid4().hex
    tickets[ticket] = ("up", title, name, me)
    return True, ticket


def dwn(me, title, name):
    if not has_file(title, name):
        return False, f"{title} has no file {name}"
    ticket = uuid.uuid4().hex
    tickets[ticket] = ("down", title, name, me)
    return True, ticket


DOOR = {"who": who, "enter": enter, "leave": leave}
FORUM = {"CRT": crt, "LST": lst, "MSG": msg, "EDT": edt, "DLT": dlt, "RDT": rdt, "RMV": rmv, "UPD": upd, "DWN": dwn}


def carry_out(tag, verb, words):
    if verb in DOOR:
        return DOOR[verb](tag, *words)
    if tag not in inside:
        return False, "log in first"
    print(f"  {inside[tag]}: {verb}", flush=True)
    if verb not in ("CRT", "LST") and words[0] not in topics:
        return False, f"there is no topic {words[0]}"
    return FORUM[verb](inside[tag], *words)


# --- UDP

def work(sock, datagram, address):
    """One request, from its datagram to its answer."""
    tag, number, verb, *words = datagram.decode().split("\t")
    with rules:
        seen, answer = latest.get(tag, (0, b""))
        if int(number) < seen:
            return    # a straggler: its client has long had the answer
        if int(number) > seen:
            good, text = carry_out(tag, verb, words)
            answer = f"{'yes' if good else 'no'}\t{text}".encode()
            latest[tag] = (int(number), answer)
    pieces = [answer[at:at + PIECE] for at in range(0, len(answer), PIECE)]
    for place, piece in enumerate(pieces):
        sock.sendto(f"{number}\t{place}\t{len(pieces)}\t".encode() + piece, address)


# --- TCP

def read_exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise ConnectionError("cut off")
    return data


def carry_file(connection):
    """A ticket first; then the file, behind its size, this way or that."""
    with connection, connection.makefile("rwb") as stream:
        ticket = read_exactly(stream, 32).decode()
        with rules:
            kind, title, name, me = tickets.pop(ticket)
        if kind == "up":
            data = read_exactly(stream, int(stream.readline()))
            with rules:
                kept = keep(data, title, name, me)
            stream.write(b"kept\n" if kept else b"lost\n")
        else:
            with rules, open(stored(title, name), "rb") as file:
                data = file.read()
            stream.write(b"%d\n" % len(data) + data)
        stream.flush()


def keep(data, title, name, me):
    if title not in topics:
        return False
    with open(stored(title, name), "wb") as file:
        file.write(data)
    if not has_file(title, name):
        topics[title]["lines"].append(("file", me, name))
    write_down(title)
    return True


def porter(listener):
    """A thread for each file that is carried."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=carry_file, args=(connection,), daemon=True).start()


def main():
    port = int(sys.argv[1])
    listener = socket.create_server(("", port))
    threading.Thread(target=porter, args=(listener,), daemon=True).start()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", port))
    print(f"The forum is open at {port}.", flush=True)
    while True:
        datagram, address = sock.recvfrom(65535)
        threading.Thread(target=work, args=(sock, datagram, address), daemon=True).start()


if __name__ == "__main__":
    main()
