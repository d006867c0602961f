import os
import re

CREDENTIALS = "credentials.txt"
# A line of a thread is kept as ("message", user, text) or ("upload", user, file name).


class Mistake(Exception):
    pass


class Topic:
    def __init__(self, title, starter):
        self.title = title
        self.starter = starter
        self.entries = []

    def of_kind(self, kind):
        return [entry for entry in self.entries if entry[0] == kind]

    def text(self):
        numbers = iter(range(1, len(self.entries) + 1))
        shown = ""
        for kind, user, what in self.entries:
            if kind == "message":
                shown += "%d %s: %s\n" % (next(numbers), user, what)
            else:
                shown += "%s uploaded %s\n" % (user, what)
        return shown

    def write(self):
        with open(self.title, "w") as file:
            file.write(self.starter + "\n" + self.text())

    def replace(self, number, user, new):
        """Put a list of entries in the place of one message."""
        seen = 0
        for index, (kind, author, _) in enumerate(self.entries):
            seen += kind == "message"
            if kind == "message" and str(seen) == number:
                if author != user:
                    raise Mistake("that one is not yours")
                self.entries[index:index + 1] = new
                self.write()
                return
        raise Mistake("no message has the number %s" % number)

    def path(self, name):
        return self.title + "-" + name

    def has(self, name):
        return name in [what for _, _, what in self.of_kind("upload")]

    def delete(self):
        for path in [self.title] + [self.path(name) for _, _, name in self.of_kind("upload")]:
            if os.path.exists(path):
                os.unlink(path)


class Board:
    """Everything the users share. The server holds a lock around each call."""

    def __init__(self):
        self.topics = {}
        self.users = set()

    # accounts

    def password_of(self, user):
        if os.path.exists(CREDENTIALS):
            with open(CREDENTIALS) as file:
                for line in file:
                    found = re.fullmatch(r"(\S+) (\S+)\s*", line)
                    if found and found.group(1) == user:
                        return found.group(2)
        return None

    def register(self, user, password):
        old = b""
        if os.path.exists(CREDENTIALS):
            with open(CREDENTIALS, "rb") as file:
                old = file.read()
        with open(CREDENTIALS, "ab") as file:
            if old and not old.endswith(b"\n"):
                file.write(b"\n")
            file.write(("%s %s\n" % (user, password)).encode())

    # threads

    def topic(self, title):
        if title not in self.topics:
            raise Mistake("%s? No such thread" % title)
        return self.topics[title]

    def refuse_path(self, path):
        if "/" in path or "\0" in path or os.path.lexists(path):
            raise Mistake("the name %s will not do" % path)

    def create(self, user, title):
        if title in self.topics:
            raise Mistake("%s exists" % title)
        self.refuse_path(title)
        self.topics[title] = Topic(title, user)
        self.topics[title].write()

    def post(self, user, title, text):
        topic = self.topic(title)
        topic.entries.append(("message", user, text))
        topic.write()

    def check_upload(self, title, name):
        if self.topic(title).has(name):
            raise Mistake("%s has a %s" % (title, name))
        self.refuse_path(self.topic(title).path(name))

    def upload(self, user, title, name, contents):
        self.check_upload(title, name)
        topic = self.topic(title)
        with open(topic.path(name), "wb") as file:
            file.write(contents)
        topic.entries.append(("upload", user, name))
        topic.write()

    def download(self, title, name):
        topic = self.topic(title)
        if not topic.has(name):
            raise Mistake("%s has no %s" % (title, name))
        with open(topic.path(name), "rb") as file:
            return file.read()

    def remove(self, user, title):
        if self.topic(title).starter != user:
            raise Mistake("ask %s to do that" % self.topic(title).starter)
        self.topics.pop(title).delete()

    def clear(self):
        for topic in self.topics.values():
            topic.delete()
        self.topics.clear()
        if os.path.exists(CREDENTIALS):
            os.unlink(CREDENTIALS)
