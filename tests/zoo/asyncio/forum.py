"""The forum itself: accounts, threads, files. Nothing in here awaits, so every command is atomic by nature."""
import os

CREDENTIALS = "credentials.txt"


class Denied(Exception):
    """Told to the user; the command had no effect."""


def credentials():
    try:
        with open(CREDENTIALS, encoding="utf-8") as f:
            pairs = [line.split(" ", 1) for line in f.read().splitlines() if " " in line]
    except FileNotFoundError:
        pairs = []
    return {name: word for name, word in pairs}


def add_credentials(name, word):
    with open(CREDENTIALS, "ab+") as f:
        f.seek(0)
        old = f.read()
        newline = b"\n" if old and old[-1:] != b"\n" else b""
        f.write(newline + ("%s %s\n" % (name, word)).encode("utf-8"))


def filename_ok(name):
    return name not in ("", ".", "..") and "/" not in name and "\0" not in name


class Thread:
    def __init__(self, title, creator):
        self.title = title
        self.creator = creator
        self.items = []  # {"by":..., "text":...} is a message, {"by":..., "file":...} an upload

    def messages(self):
        return [item for item in self.items if "text" in item]

    def files(self):
        return [item["file"] for item in self.items if "file" in item]

    def body(self):
        lines = []
        number = 0
        for item in self.items:
            if "file" in item:
                lines.append("{by} uploaded {file}".format(**item))
            else:
                number += 1
                lines.append("{} {}: {}".format(number, item["by"], item["text"]))
        return lines

    def save(self):
        with open(self.title, "w", encoding="utf-8") as f:
            f.writelines(line + "\n" for line in [self.creator] + self.body())

    def stored(self, name):
        return "{}-{}".format(self.title, name)

    def own_message(self, number, user):
        mine = self.messages()
        if not number.isdecimal() or len(number) > 9 or not 1 <= int(number) <= len(mine):
            raise Denied("there is no message number {} in {}".format(number, self.title))
        message = mine[int(number) - 1]
        if message["by"] != user:
            raise Denied("message {} was written by {}, hands off".format(number, message["by"]))
        return message

    def delete_files(self):
        for path in [self.stored(name) for name in self.files()] + [self.title]:
            try:
                os.unlink(path)
            except FileNotFoundError:
                pass


class Forum:
    def __init__(self):
        self.threads = {}

    def find(self, title):
        try:
            return self.threads[title]
        except KeyError:
            raise Denied("{} is not a thread of this forum".format(title)) from None

    def crt(self, user, title):
        if title in self.threads:
            raise Denied("{} was already started by {}".format(title, self.threads[title].creator))
        if not filename_ok(title) or os.path.lexists(title):
            raise Denied("{} cannot be used as a title".format(title))
        self.threads[title] = Thread(title, user)
        self.threads[title].save()
        return "You started {}.".format(title)

    def msg(self, user, title, text):
        thread = self.find(title)
        thread.items.append({"by": user, "text": text})
        thread.save()
        return "Your message went to {}.".format(title)

    def dlt(self, user, title, number):
        thread = self.find(title)
        victim = thread.own_message(number, user)
        thread.items = [item for item in thread.items if item is not victim]
        thread.save()
        return "Your message was taken out of {}.".format(title)

    def edt(self, user, title, number, text):
        thread = self.find(title)
        thread.own_message(number, user)["text"] = text
        thread.save()
        return "Your message now reads differently."

    def lst(self, user):
        if not self.threads:
            return "Not a single thread yet."
        return "\n".join(["Threads ({}):".format(len(self.threads))] + sorted(self.threads))

    def rdt(self, user, title):
        return "\n".join(self.find(title).body()) or "Nobody wrote anything in {} so far.".format(title)

    def may_upload(self, title, name):
        thread = self.find(title)
        if name in thread.files():
            raise Denied("{} already holds a {}".format(title, name))
        if not filename_ok(name) or os.path.lexists(thread.stored(name)):
            raise Denied("{} cannot be stored".format(name))
        return thread

    def upload(self, user, title, name, blob):
        thread = self.may_upload(title, name)
        with open(thread.stored(name), "wb") as f:
            f.write(blob)
        thread.items.append({"by": user, "file": name})
        thread.save()
        return "{} bytes of {} are with {} now.".format(len(blob), name, title)

    def download(self, title, name):
        thread = self.find(title)
        if name not in thread.files():
            raise Denied("no file {} was uploaded to {}".format(name, title))
        with open(thread.stored(name), "rb") as f:
            return f.read()

    def rmv(self, user, title):
        thread = self.find(title)
        if thread.creator != user:
            raise Denied("only {} may remove {}".format(thread.creator, title))
        thread.delete_files()
        del self.threads[title]
        return "You removed {}.".format(title)

    def wipe(self):
        for thread in self.threads.values():
            thread.delete_files()
        self.threads.clear()
        try:
            os.unlink(CREDENTIALS)
        except FileNotFoundError:
            pass
