"""Server of the forum: python3 server.py port admin_password

One thread, one loop: a selector says which socket has something to read or room to
write. Nothing else happens while a request is carried out.
"""

import contextlib
import os
import selectors
import socket
import sys

from common import Inbox, pack

CREDENTIALS = "credentials.txt"


class No(Exception):
    """The request is refused."""


class Peer:
    """One connection. `todo` are bytes that could not be sent yet."""

    def __init__(self, sock):
        self.sock, self.inbox, self.todo = sock, Inbox(), bytearray()
        self.user = self.claimed = None


class Forum:
    """The rules. A public method is a request of a logged-in user and returns the words of the answer."""

    def __init__(self, admin):
        self._admin, self._threads, self.over = admin, {}, False

    def _lines(self, title, number=None, user=None):
        """The lines of a thread, [kind, user, text] each; or only that message, if it is this user's."""
        if title not in self._threads:
            raise No(f"thread {title}: not there")
        lines = self._threads[title]
        if number is None:
            return lines
        messages = [line for line in lines[1:] if line[0] == "message"]
        with contextlib.suppress(ValueError):
            if 1 <= int(number) <= len(messages):
                message = messages[int(number) - 1]
                if message[1] == user:
                    return message
                raise No(f"message {number}: not yours")
        raise No(f"message {number}: not there")

    def _print(self, title):
        """The thread as it is read and stored."""
        count, text = 0, []
        for kind, user, words in self._threads[title][1:]:
            count += kind == "message"
            text.append(f"{count} {user}: {words}" if kind == "message" else f"{user} uploaded {words}")
        return text

    def _save(self, title):
        with open(title, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in [self._threads[title][0][1], *self._print(title)])

    def _files(self, title):
        return {words: f"{title}-{words}" for kind, _, words in self._threads[title] if kind == "file"}

    def _drop(self, title):
        for path in [title, *self._files(title).values()]:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
        del self._threads[title]

    def crt(self, user, title):
        if title in self._threads or os.path.basename(title) != title or os.path.exists(title):
            raise No(f"thread {title}: the name is taken")
        self._threads[title] = [["owner", user, ""]]
        self._save(title)
        return "thread created"

    def msg(self, user, title, text):
        self._lines(title).append(["message", user, text])
        self._save(title)
        return "message added"

    def dlt(self, user, title, number):
        unwanted = self._lines(title, number, user)
        self._threads[title][:] = [line for line in self._threads[title] if line is not unwanted]
        self._save(title)
        return "message deleted"

    def edt(self, user, title, number, text):
        self._lines(title, number, user)[2] = text
        self._save(title)
        return "message edited"

    def lst(self, user):
        return "\n".join(sorted(self._threads)) or "no threads"

    def rdt(self, user, title):
        self._lines(title)
        return "\n".join(self._print(title))

    def ask(self, user, title, name):
        """May this be uploaded?"""
        self._lines(title)
        if name in self._files(title):
            raise No(f"file {name}: there is one already")
        if os.path.basename(name) != name or os.path.exists(f"{title}-{name}"):
            raise No(f"file {name}: the name is taken")
        return "send it"

    def upd(self, user, title, name, data):
        self.ask(user, title, name)
        with open(f"{title}-{name}", "wb") as file:
            file.write(data)
        self._threads[title].append(["file", user, name])
        self._save(title)
        return "file uploaded"

    def dwn(self, user, title, name):
        self._lines(title)
        if name not in self._files(title):
            raise No(f"file {name}: not in this thread")
        with open(self._files(title)[name], "rb") as file:
            return file.read()

    def rmv(self, user, title):
        if self._lines(title)[0][1] != user:
            raise No(f"thread {title}: not yours")
        self._drop(title)
        return "thread removed"

    def sht(self, user, password):
        if password != self._admin:
            raise No("not the admin's password")
        for title in list(self._threads):
            self._drop(title)
        with contextlib.suppress(FileNotFoundError):
            os.remove(CREDENTIALS)
        self.over = True
        return ""


class Server:
    def __init__(self, port, admin):
        self.forum, self.peers = Forum(admin), set()
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("", port), backlog=100)
        self.selector.register(self.listener, selectors.EVENT_READ)

    def run(self):
        print("waiting for clients")
        while not self.forum.over:
            for key, events in self.selector.select():
                if key.data is None:
                    self.welcome()
                elif events & selectors.EVENT_WRITE:
                    self.flush(key.data)
                elif key.data in self.peers:
                    self.read(key.data)
                if self.forum.over:
                    break
        for peer in list(self.peers):
            self.send(peer, "bye", "the forum was shut down, goodbye")
            peer.sock.close()
        print("shut down")

    def welcome(self):
        sock, _ = self.listener.accept()
        sock.setblocking(False)
        peer = Peer(sock)
        self.peers.add(peer)
        self.selector.register(sock, selectors.EVENT_READ, peer)

    def read(self, peer):
        try:
            data = peer.sock.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            return self.lose(peer)
        for name, *words in peer.inbox.feed(data):
            if self.forum.over or peer not in self.peers:
                return
            self.answer(peer, name.decode(), words)

    def answer(self, peer, name, words):
        texts = [word.decode(errors="replace") if name != "upd" or place < 2 else word for place, word in enumerate(words)]
        print(peer.user or "somebody", name, *texts[:1] if name not in ("pass", "sht") else "")
        try:
            if peer.user is None:
                result = getattr(self, f"log_{name}")(peer, *texts)
            elif name == "xit":
                peer.user = None
                result = "goodbye"
            else:
                result = getattr(self.forum, name)(peer.user, *texts)
            if not self.forum.over:
                self.send(peer, "yes", result)
        except No as no:
            self.send(peer, "no", str(no))

    def log_name(self, peer, name):
        peer.claimed = None
        if name in [other.user for other in self.peers]:
            raise No(f"{name} is logged in at another terminal")
        if len(name.split()) != 1:
            raise No("a name is one word")
        peer.claimed = name
        return "known" if name in self.accounts() else "new"

    def log_pass(self, peer, mode, password):
        name, accounts = peer.claimed, self.accounts()
        if name in [other.user for other in self.peers]:
            raise No(f"{name} is logged in at another terminal")
        if mode == "new":
            # Somebody else may have taken the name while this one thought about a password.
            if name in accounts or len(password.split()) != 1:
                raise No("no account was made")
            with open(CREDENTIALS, "r+", encoding="utf-8") as file:
                text = file.read()
                file.write(f"{name} {password}\n" if text[-1:] in ("", "\n") else f"\n{name} {password}\n")
        elif accounts.get(name) != password:
            raise No("that is not the password")
        peer.user = name
        return f"hello {name}"

    def accounts(self):
        with open(CREDENTIALS, encoding="utf-8") as file:
            return dict(line.rstrip("\n").split(" ", 1) for line in file if " " in line)

    def send(self, peer, *words):
        peer.todo += pack(*words)
        self.flush(peer)

    def flush(self, peer):
        try:
            del peer.todo[:peer.sock.send(peer.todo)]
        except BlockingIOError:
            pass
        except OSError:
            return self.lose(peer)
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.todo else 0)
        self.selector.modify(peer.sock, wanted, peer)

    def lose(self, peer):
        if peer in self.peers:
            print(peer.user or "somebody", "left")
            self.peers.remove(peer)
            self.selector.unregister(peer.sock)
            peer.sock.close()


if __name__ == "__main__":
    Server(int(sys.argv[1]), sys.argv[2]).run()
