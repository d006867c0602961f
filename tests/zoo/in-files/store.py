"""The forum as files in this folder. What a file says is read again for each command; nothing of it is kept here.

A thread is a file, and a lock that guards this file and those uploaded to the thread. Who takes more than one lock
takes that of the thread first and `table` after it, and holds `table` for moments only.
"""

import contextlib
import os
import threading

ACCOUNTS = "credentials.txt"


class No(Exception):
    """It cannot be done; the text is shown to the user."""


class Closed(Exception):
    """The forum has been shut down."""


def read_lines(name):
    with open(name, encoding="utf-8") as file:
        return file.read().split("\n")


def write_lines(name, lines):
    """Who opens the file meanwhile finds the old lines or the new ones, never half of them."""
    beside = ".%s.new" % name
    with open(beside, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    os.replace(beside, name)


# ------------------------------------------------------------------ accounts

class Accounts:
    """credentials.txt, and who is here."""

    def __init__(self):
        self.lock = threading.Lock()
        self.here = set()

    def _read(self):
        if not os.path.exists(ACCOUNTS):
            return {}
        return dict(line.split(" ", 1) for line in read_lines(ACCOUNTS) if " " in line)

    def known(self, name):
        with self.lock:
            return name in self._read()

    def enter(self, name, password):
        with self.lock:
            if name in self.here:
                raise No("%s is here already." % name)
            if self._read().get(name) != password:
                raise No("This is not the password.")
            self.here.add(name)

    def register(self, name, password):
        with self.lock:
            if name in self._read():
                raise No("%s has just been taken." % name)
            lines = read_lines(ACCOUNTS) if os.path.exists(ACCOUNTS) else []
            while lines and not lines[-1]:
                lines.pop()
            write_lines(ACCOUNTS, lines + [name + " " + password, ""])
            self.here.add(name)

    def leave(self, name):
        with self.lock:
            self.here.discard(name)


# ------------------------------------------------------------------- threads

class Threads:
    """All threads of the forum."""

    def __init__(self):
        self.table = threading.Lock()
        self.titles = []
        self.locks = {}  # title -> its lock, for ever: who waits for it must not be left with an old one
        self.closed = False

    def lock_of(self, title):
        with self.table:
            return self.locks.setdefault(title, threading.Lock())

    @contextlib.contextmanager
    def thread(self, title):
        """Have a thread for oneself, with its files."""
        with self.lock_of(title):
            if self.closed:
                raise Closed
            if title not in self.titles:
                raise No("There is no thread %s." % title)
            yield

    def create(self, user, title):
        with self.lock_of(title):
            if "/" in title or os.path.lexists(title):
                raise No("The name %s is taken." % title)
            with self.table:
                if self.closed:
                    raise Closed
                self.titles.append(title)
            write_lines(title, [user])
        return "Thread %s is there." % title

    def titles_now(self):
        with self.table:
            return "\n".join(self.titles) or "No threads."

    def read(self, title):
        with self.thread(title):
            return "\n".join(read_lines(title)[1:]) or "Nothing in %s." % title

    def post(self, user, title, text):
        with self.thread(title):
            lines = read_lines(title)
            number = 1 + sum(map(is_message, lines[1:]))
            lines.append("%d %s: %s" % (number, user, text))
            write_lines(title, lines)
        return "It is number %d in %s." % (number, title)

    def edit(self, user, title, number, text):
        with self.thread(title):
            lines = read_lines(title)
            lines[place_of(lines, number, user)] = "%s %s: %s" % (number, user, text)
            write_lines(title, lines)
        return "Number %s has been edited." % number

    def delete(self, user, title, number):
        with self.thread(title):
            lines = read_lines(title)
            del lines[place_of(lines, number, user)]
            count = 0
            for place in range(1, len(lines)):
                if is_message(lines[place]):
                    count += 1
                    lines[place] = "%d %s" % (count, lines[place].split(" ", 1)[1])
            write_lines(title, lines)
        return "It has been deleted."

    def remove(self, user, title):
        with self.thread(title):
            if read_lines(title)[0] != user:
                raise No("It is not your thread.")
            self._delete_files(title)
            with self.table:
                self.titles.remove(title)
        return "Thread %s is gone." % title

    def _delete_files(self, title):
        for name in uploads(read_lines(title)):
            os.remove(title + "-" + name)
        os.remove(title)

    def may_take(self, title, name):
        with self.thread(title):
            self._needs_place(title, name)

    def take(self, user, title, name, arrived):
        """Keep an upload, which lies complete in the file `arrived`. Looked at again: it was some time on its way."""
        with self.thread(title):
            self._needs_place(title, name)
            os.rename(arrived, title + "-" + name)
            write_lines(title, read_lines(title) + ["%s uploaded %s" % (user, name)])
        return "%s has it." % title

    def _needs_place(self, title, name):
        if "/" in name or os.path.lexists(title + "-" + name):
            raise No("%s cannot have a file %s." % (title, name))

    def open_upload(self, title, name):
        """An open file can be read to its end, even if it is deleted meanwhile."""
        with self.thread(title):
            if name not in uploads(read_lines(title)):
                raise No("%s has no file %s." % (title, name))
            return open(title + "-" + name, "rb")

    def close(self):
        """Delete all files. Who comes later is told that the forum is closed."""
        with self.table:
            self.closed = True
            titles = list(self.titles)
        for title in titles:
            with self.lock_of(title):
                if os.path.exists(title):  # or it was removed while we waited
                    self._delete_files(title)
        if os.path.exists(ACCOUNTS):
            os.remove(ACCOUNTS)


def is_message(line):
    """A message has its author's name and a colon in the second place, an upload the word `uploaded`."""
    return line.split(" ")[1].endswith(":")


def uploads(lines):
    return [line.split(" ")[2] for line in lines[1:] if not is_message(line)]


def place_of(lines, number, user):
    """Where a message stands, which must be this user's."""
    for place, line in enumerate(lines[1:], 1):
        words = line.split(" ")
        if is_message(line) and words[0] == number:
            if words[1] != user + ":":
                raise No("Number %s is not yours." % number)
            return place
    raise No("There is no number %s." % number)
