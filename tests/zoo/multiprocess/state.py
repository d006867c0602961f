# The state of the forum. One object of this class lives in the manager process. Every
# method takes the lock, as the manager serves each worker in a thread of its own.
import functools
import os
import threading


def locked(method):
    @functools.wraps(method)
    def inner(self, *arguments):
        with self.lock:
            try:
                if self.closed:
                    raise LookupError("The forum is closed.")
                return method(self, *arguments)
            except LookupError as problem:
                return "N", problem.args[0]
    return inner


class State:
    def __init__(self):
        self.lock = threading.Lock()
        self.closed = False
        self.present = []
        self.boards = {}  # title -> {"by": user, "items": [("m", user, text) or ("f", user, file name)]}

    # ---- accounts
    def _accounts(self):
        with open("credentials.txt") as f:
            return [line.rstrip("\n").split(" ") for line in f if line.strip()]

    @locked
    def knock(self, name):
        if not name or " " in name:
            raise LookupError("A name has no spaces and at least one letter.")
        if name in self.present:
            raise LookupError("%s is signed in already." % name)
        return ("K",) if name in [pair[0] for pair in self._accounts()] else ("W",)

    @locked
    def enter(self, name, word, new):
        known = [pair[0] for pair in self._accounts()]
        if name in self.present:
            raise LookupError("%s is signed in already." % name)
        if new:
            if name in known or not word or " " in word:
                raise LookupError("The account could not be made.")
            with open("credentials.txt", "rb") as f:
                old = f.read()
            with open("credentials.txt", "wb") as f:
                f.write(old + (b"" if old[-1:] in (b"", b"\n") else b"\n") + ("%s %s\n" % (name, word)).encode())
        elif [name, word] not in self._accounts():
            raise LookupError("Name and password do not match.")
        self.present.append(name)
        return "Y", "Signed in as %s." % name

    @locked
    def leave(self, name):
        if name in self.present:
            self.present.remove(name)

    # ---- boards
    def _board(self, title):
        if title not in self.boards:
            raise LookupError("There is no %s." % title)
        return self.boards[title]

    def _index(self, title, number, user):
        """Where in the items the message of this number stands."""
        board = self._board(title)
        for index, (kind, author, _) in enumerate(board["items"]):
            if kind == "m" and number == str(1 + sum(i[0] == "m" for i in board["items"][:index])):
                if author != user:
                    raise LookupError("It was written by %s." % author)
                return board["items"], index
        raise LookupError("There is no message %s." % number)

    def _listing(self, board):
        number = 0
        for kind, author, text in board["items"]:
            if kind == "f":
                yield "%s uploaded %s\n" % (author, text)
            else:
                number += 1
                yield "%d %s: %s\n" % (number, author, text)

    def _write(self, title):
        with open(title + "~tmp", "w") as f:
            f.write(self.boards[title]["by"] + "\n")
            f.writelines(self._listing(self.boards[title]))
        os.replace(title + "~tmp", title)

    def _delete(self, title):
        for name in [title] + [title + "-" + text for kind, _, text in self.boards.pop(title)["items"] if kind == "f"]:
            if os.path.isfile(name):
                os.unlink(name)

    @locked
    def do(self, verb, user, arguments):
        return getattr(self, "do_" + verb)(user, *arguments)

    def do_CRT(self, user, title):
        if title in self.boards or "/" in title or os.path.exists(title):
            raise LookupError("%s exists." % title)
        self.boards[title] = {"by": user, "items": []}
        self._write(title)
        return "Y", "%s is open for messages." % title

    def do_MSG(self, user, title, text):
        self._board(title)["items"].append(("m", user, text))
        self._write(title)
        return "Y", "Written to %s." % title

    def do_DLT(self, user, title, number):
        items, index = self._index(title, number, user)
        items.pop(index)
        self._write(title)
        return "Y", "Message deleted."

    def do_EDT(self, user, title, number, text):
        items, index = self._index(title, number, user)
        items[index] = ("m", user, text)
        self._write(title)
        return "Y", "Message edited."

    def do_LST(self, user):
        return "Y", "".join("  * %s\n" % title for title in reversed(self.boards)) or "No boards."

    def do_RDT(self, user, title):
        return "Y", "".join(self._listing(self._board(title))) or "%s is empty." % title

    def do_RMV(self, user, title):
        if self._board(title)["by"] != user:
            raise LookupError("%s is not yours to remove." % title)
        self._delete(title)
        return "Y", "%s has been removed." % title

    def do_UPD(self, user, title, name):
        """Only the question whether a file may come."""
        if "/" in name or ("f", name) in [(kind, text) for kind, _, text in self._board(title)["items"]]:
            raise LookupError("%s cannot be stored in %s." % (name, title))
        return ("Y",)

    def do_DWN(self, user, title, name):
        if ("f", name) not in [(kind, text) for kind, _, text in self._board(title)["items"]]:
            raise LookupError("%s holds no file %s." % (title, name))
        with open(title + "-" + name, "rb") as f:
            return "D", f.read()

    @locked
    def upload(self, user, title, name, content):
        self.do_UPD(user, title, name)
        with open(title + "-" + name, "wb") as f:
            f.write(content)
        self.boards[title]["items"].append(("f", user, name))
        self._write(title)
        return "Y", "%s is stored in %s." % (name, title)

    @locked
    def close(self):
        for title in list(self.boards):
            self._delete(title)
        if os.path.isfile("credentials.txt"):
            os.unlink("credentials.txt")
        self.closed = True
