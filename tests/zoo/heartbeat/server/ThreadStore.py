"""The discussion threads. Server.py calls these methods one at a time, under its lock."""

import os


class ForumError(Exception):
    pass


class Message:
    def __init__(self, user, text):
        self.user = user
        self.text = text


class Upload:
    def __init__(self, user, filename):
        self.user = user
        self.filename = filename


class DiscussionThread:
    def __init__(self, title, creator):
        self.title = title
        self.creator = creator
        self.entries = []
        self.write()

    def messages(self):
        return [e for e in self.entries if isinstance(e, Message)]

    def uploads(self):
        return [e.filename for e in self.entries if isinstance(e, Upload)]

    def render(self):
        result, number = [], 0
        for entry in self.entries:
            if isinstance(entry, Upload):
                result.append(f"{entry.user} uploaded {entry.filename}")
            else:
                number += 1
                result.append(f"{number} {entry.user}: {entry.text}")
        return result

    def write(self):
        with open(self.title, "w") as f:
            f.write("\n".join([self.creator] + self.render()))

    def pathOf(self, filename):
        return self.title + "-" + filename

    def pick(self, number, user, verb):
        index = int(number) - 1 if number.isdecimal() and len(number) < 10 else -1
        if not 0 <= index < len(self.messages()):
            raise ForumError(f"Message number {number} is not valid in thread {self.title}")
        message = self.messages()[index]
        if message.user != user:
            raise ForumError(f"Message {number} is not yours, it cannot be {verb}")
        return message


class ThreadStore:
    def __init__(self):
        self._threads = {}

    def _get(self, title):
        if title not in self._threads:
            raise ForumError(f"Thread {title} was not found")
        return self._threads[title]

    @staticmethod
    def _checkName(name):
        if "/" in name or "\0" in name or os.path.lexists(name):
            raise ForumError(f"The name {name} is reserved")

    def CRT(self, user, title):
        if title in self._threads:
            raise ForumError(f"Thread {title} is already there")
        self._checkName(title)
        self._threads[title] = DiscussionThread(title, user)
        return f"OK, thread {title} has been opened"

    def MSG(self, user, title, message):
        thread = self._get(title)
        thread.entries.append(Message(user, message))
        thread.write()
        return f"OK, message added to {title}"

    def DLT(self, user, title, number):
        thread = self._get(title)
        thread.entries.remove(thread.pick(number, user, "deleted"))
        thread.write()
        return f"OK, message {number} was deleted from {title}"

    def EDT(self, user, title, number, message):
        thread = self._get(title)
        thread.pick(number, user, "edited").text = message
        thread.write()
        return f"OK, message {number} in {title} was changed"

    def LST(self, user):
        return "\n".join(self._threads) if self._threads else "The forum has no threads"

    def RDT(self, user, title):
        return "\n".join(self._get(title).render()) or f"Thread {title} has nothing to read"

    def RMV(self, user, title):
        thread = self._get(title)
        if thread.creator != user:
            raise ForumError(f"You did not open thread {title}, {thread.creator} did")
        self._erase(thread)
        del self._threads[title]
        return f"OK, thread {title} with all its files is gone"

    def checkUpload(self, title, filename):
        thread = self._get(title)
        if filename in thread.uploads():
            raise ForumError(f"There is a file {filename} in {title} already")
        self._checkName(thread.pathOf(filename))
        return thread

    def upload(self, user, title, filename, content):
        thread = self.checkUpload(title, filename)
        with open(thread.pathOf(filename), "wb") as f:
            f.write(content)
        thread.entries.append(Upload(user, filename))
        thread.write()
        return f"OK, {filename} uploaded"

    def download(self, title, filename):
        thread = self._get(title)
        if filename not in thread.uploads():
            raise ForumError(f"{filename} is not a file of thread {title}")
        with open(thread.pathOf(filename), "rb") as f:
            return f.read()

    def destroy(self):
        for thread in self._threads.values():
            self._erase(thread)
        self._threads.clear()

    @staticmethod
    def _erase(thread):
        for path in [thread.title] + [thread.pathOf(name) for name in thread.uploads()]:
            if os.path.exists(path):
                os.remove(path)
