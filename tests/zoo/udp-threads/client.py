"""A client of the forum over UDP: python3 client.py PORT."""

import itertools
import os
import socket
import sys
import uuid

HOST = "127.0.0.1"
PATIENCE = 0.7        # seconds after which a request is sent again
TRIES = 15
# How many words follow each command; text with spaces is the last of them.
FORMS = {
    "CRT": ["title"], "LST": [], "MSG": ["title", "message"], "DLT": ["title", "number"],
    "EDT": ["title", "number", "message"], "RDT": ["title"], "UPD": ["title", "file"], "DWN": ["title", "file"],
    "RMV": ["title"], "XIT": [],
}


class Line:
    """To the server: one request at a time, until its answer is here."""

    def __init__(self, port):
        self.there = (HOST, port)
        self.tag = uuid.uuid4().hex[:12]
        self.numbers = itertools.count(1)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.settimeout(PATIENCE)

    def ask(self, verb, *words):
        """(good, text) of the answer."""
        number = str(next(self.numbers))
        request = "\t".join([self.tag, number, verb, *words]).encode()
        for _ in range(TRIES):
            self.sock.sendto(request, self.there)
            answer = self.collect(number)
            if answer is not None:
                good, _, text = answer.decode().partition("\t")
                return good == "yes", text
        sys.exit("The forum does not answer any more.")

    def collect(self, number):
        """All parts of an answer, or None if they do not come in time."""
        parts, count = {}, None
        while len(parts) != count:
            try:
                data = self.sock.recv(65535)
            except TimeoutError:
                return None
            except ConnectionError:
                continue
            for_number, place, of, piece = data.split(b"\t", 3)
            if for_number.decode() == number:
                parts[int(place)], count = piece, int(of)
        return b"".join(parts[place] for place in sorted(parts))


def come_in(line):
    """Until somebody is logged in."""
    while True:
        name = input("login: ").strip()
        if not name or " " in name:
            continue
        good, text = line.ask("who", name)
        if good:
            word = input("password: " if text == "known" else f"{name} is new here. Choose a password: ")
            good, text = line.ask("enter", name, word)
        print(text)
        if good:
            return


def words_of(text, form):
    """The words of a command, or None if they are not as many as they must be."""
    if form[-1:] == ["message"]:     # text keeps its spaces
        words = text.split(" ", len(form) - 1)
    else:
        words = text.split(" ")
    words = [word for word in words if word.strip()]
    return words if len(words) == len(form) else None


def upload(line, title, name):
    if not os.path.isfile(name):
        print(f"You have no file {name}.")
        return
    with open(name, "rb") as file:
        data = file.read()
    good, text = line.ask("UPD", title, name)
    if not good:
        print(text)
        return
    with socket.create_connection(line.there) as carrier, carrier.makefile("rwb") as stream:
        stream.write(text.encode() + b"%d\n" % len(data) + data)
        stream.flush()
        print(f"{name} was handed in." if stream.readline() == b"kept\n" else f"{name} was not taken.")


def download(line, title, name):
    good, text = line.ask("DWN", title, name)
    if not good:
        print(text)
        return
    with socket.create_connection(line.there) as carrier, carrier.makefile("rwb") as stream:
        stream.write(text.encode())
        stream.flush()
        size = int(stream.readline())
        data = stream.read(size)
    with open(name, "wb") as file:
        file.write(data)
    print(f"{name}: {size} bytes fetched.")


def obey(line, text):
    """One command. True if it was the last."""
    verb, _, rest = text.strip().partition(" ")
    if not verb:
        return False
    if verb not in FORMS:
        print(f"{verb}? There is no such command.")
        return False
    words = words_of(rest, FORMS[verb]) if rest or FORMS[verb] else []
    if words is None:
        print("It goes like this:", verb, *(f"<{word}>" for word in FORMS[verb]))
    elif verb == "XIT":
        print(line.ask("leave")[1])
        return True
    elif verb == "UPD":
        upload(line, *words)
    elif verb == "DWN":
        download(line, *words)
    else:
        good, answer = line.ask(verb, *words)
        print(answer if good else f"Sorry, {answer}.")
    return False


def main():
    line = Line(int(sys.argv[1]))
    try:
        come_in(line)
        while not obey(line, input(f"[{' '.join(FORMS)}] ")):
            pass
    except (EOFError, KeyboardInterrupt):
        print()


if __name__ == "__main__":
    main()
