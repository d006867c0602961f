"""A discussion forum on asyncio. Usage: python3 server.py PORT ADMIN_PASSWORD

The conversation looks like FTP's. The client sends one line, the server replies
with one or more lines that begin with three digits; a reply's last line has a
space behind the digits, the lines before it a hyphen:

    client: LST
    server: 210-two threads
    server: 210-3331
    server: 210 9331

2xx it is done, 3xx something more is wanted, 4xx refused, 221 goodbye.
150 N: N raw bytes follow this line (DWN). 354: send "N" on a line and N raw bytes (UPD).

All rules run in one event loop, and no rule awaits anything, so each is atomic.
"""
import asyncio
import pathlib
import sys
from dataclasses import dataclass, field

HERE = pathlib.Path(".")
PASSWD = HERE / "credentials.txt"


class Reply(Exception):
    """Raised or returned by the rules: the code and the lines to send."""

    def __init__(self, code, *lines):
        self.code, self.lines = code, lines or ("",)

    def encode(self):
        *first, last = self.lines
        return "".join([*(f"{self.code}-{line}\n" for line in first), f"{self.code} {last}\n"]).encode()


@dataclass
class Post:
    author: str
    body: str
    is_file: bool = False


@dataclass
class Discussion:
    title: str
    owner: str
    posts: list = field(default_factory=list)

    def __str__(self):
        out, count = [], 0
        for post in self.posts:
            count += not post.is_file
            out.append(f"{post.author} uploaded {post.body}" if post.is_file else f"{count} {post.author}: {post.body}")
        return "\n".join(out)

    def save(self):
        (HERE / self.title).write_text("\n".join(filter(None, [self.owner, str(self)])))

    def files(self):
        return {post.body: HERE / f"{self.title}-{post.body}" for post in self.posts if post.is_file}

    def own_message(self, number, who):
        messages = [post for post in self.posts if not post.is_file]
        if number not in map(str, range(1, len(messages) + 1)):
            raise Reply(450, f"{self.title} has {len(messages)} messages, and no message {number}")
        post = messages[int(number) - 1]
        if post.author != who:
            raise Reply(451, f"message {number} is from {post.author}, not from you")
        return post

    def unlink(self):
        for path in [HERE / self.title, *self.files().values()]:
            path.unlink(missing_ok=True)


class Forum:
    def __init__(self, admin):
        self.admin = admin
        self.discussions = {}
        self.online = {}  # name -> StreamWriter
        self.links = set()
        self.closed = asyncio.Event()

    def accounts(self):
        if not PASSWD.exists():
            return {}
        return dict(line.split(" ", 1) for line in PASSWD.read_text().split("\n") if " " in line)

    def add_account(self, name, password):
        old = PASSWD.read_text() if PASSWD.exists() else ""
        with PASSWD.open("a") as file:
            file.write(("" if old.endswith("\n") or not old else "\n") + f"{name} {password}\n")

    def find(self, title):
        try:
            return self.discussions[title]
        except KeyError:
            raise Reply(440, f"there is no thread {title}") from None

    def crt(self, who, title):
        if title in self.discussions or "/" in title or (HERE / title).exists():
            return Reply(441, f"the title {title} is taken")
        self.discussions[title] = Discussion(title, who)
        self.discussions[title].save()
        return Reply(201, f"thread {title} opened")

    def msg(self, who, title, text):
        found = self.find(title)
        found.posts.append(Post(who, text))
        found.save()
        return Reply(202, f"posted in {title}")

    def dlt(self, who, title, number):
        found = self.find(title)
        # by identity: two posts may be equal
        gone = found.own_message(number, who)
        found.posts = [post for post in found.posts if post is not gone]
        found.save()
        return Reply(203, f"message {number} of {title} deleted")

    def edt(self, who, title, number, text):
        found = self.find(title)
        found.own_message(number, who).body = text
        found.save()
        return Reply(204, f"message {number} of {title} changed")

    def lst(self, who):
        if not self.discussions:
            return Reply(211, "the forum is empty")
        return Reply(210, f"{len(self.discussions)} active", *self.discussions)

    def rdt(self, who, title):
        text = str(self.find(title))
        return Reply(212, *text.split("\n")) if text else Reply(213, f"nobody wrote in {title} yet")

    def rmv(self, who, title):
        found = self.find(title)
        if found.owner != who:
            return Reply(452, f"only {found.owner} can remove {title}")
        found.unlink()
        del self.discussions[title]
        return Reply(205, f"{title} removed, with {len(found.files())} files")

    def may_store(self, title, name):
        if name in self.find(title).files() or "/" in name or (HERE / f"{title}-{name}").exists():
            raise Reply(453, f"{title} cannot take a file {name}")

    def store(self, who, title, name, data):
        self.may_store(title, name)
        (HERE / f"{title}-{name}").write_bytes(data)
        self.find(title).posts.append(Post(who, name, is_file=True))
        self.find(title).save()
        return Reply(206, f"{name} is in {title}, {len(data)} bytes")

    def load(self, title, name):
        if name not in self.find(title).files():
            raise Reply(454, f"no file {name} in {title}")
        return self.find(title).files()[name].read_bytes()

    def sht(self, who, password):
        if password != self.admin:
            return Reply(455, "this is not the administrator's password")
        for found in self.discussions.values():
            found.unlink()
        self.discussions.clear()  # an upload on its way finds its thread no more
        PASSWD.unlink(missing_ok=True)
        self.closed.set()
        return None


class Session:
    def __init__(self, forum, reader, writer):
        self.forum, self.reader, self.writer, self.name = forum, reader, writer, None

    async def line(self):
        line = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line.decode().rstrip("\n")

    async def say(self, reply):
        self.writer.write(reply.encode())
        await self.writer.drain()

    async def log_in(self):
        """USER name, then PASS word or MAKE word."""
        name = ""
        while self.name is None:
            verb, _, word = (await self.line()).partition(" ")
            if verb == "USER":
                name, known = word, word in self.forum.accounts()
                if name in self.forum.online:
                    await self.say(Reply(430, f"{name} is here already"))
                else:
                    await self.say(Reply(331, "known") if known else Reply(332, f"nobody is called {name}"))
                continue
            # The world may have changed while somebody typed: everything is asked again.
            accounts = self.forum.accounts()
            if name in self.forum.online:
                await self.say(Reply(430, f"{name} is here already"))
            elif (verb == "PASS" and accounts.get(name) != word) or (verb == "MAKE" and name in accounts) or not word:
                await self.say(Reply(431, "that did not work"))
            else:
                if verb == "MAKE":
                    self.forum.add_account(name, word)
                self.forum.online[name], self.name = self.writer, name
                await self.say(Reply(230, f"welcome, {name}"))

    async def one(self, line):
        verb, _, rest = line.partition(" ")
        forum = self.forum
        if verb == "UPD":
            title, name = rest.split(" ")
            forum.may_store(title, name)
            await self.say(Reply(354, "go on"))
            data = await self.reader.readexactly(int(await self.line()))
            return forum.store(self.name, title, name, data)
        if verb == "DWN":
            data = forum.load(*rest.split(" "))
            self.writer.write(Reply(150, str(len(data))).encode() + data)
            return None
        parts = {"MSG": 2, "EDT": 3}.get(verb, 9)
        return getattr(forum, verb.lower())(self.name, *(rest.split(" ", parts - 1) if rest else []))

    async def serve(self):
        await self.log_in()
        while not self.forum.closed.is_set():
            line = await self.line()
            print(f"{self.name}: {line[:60]}", flush=True)
            if line == "QUIT":
                del self.forum.online[self.name]
                return await self.say(Reply(221, f"goodbye, {self.name}"))
            try:
                reply = await self.one(line)
            except Reply as refused:
                reply = refused
            if reply and not self.forum.closed.is_set():
                await self.say(reply)

    async def run(self):
        self.forum.links.add(self.writer)
        try:
            await self.serve()
        except (EOFError, OSError, ValueError):
            pass
        finally:
            self.forum.links.discard(self.writer)
            if self.forum.online.get(self.name) is self.writer:
                del self.forum.online[self.name]
            if not self.forum.closed.is_set():
                self.writer.close()


async def main(port, admin):
    forum = Forum(admin)
    server = await asyncio.start_server(lambda r, w: Session(forum, r, w).run(), "0.0.0.0", port, limit=1 << 20)
    print("ready", flush=True)
    await forum.closed.wait()
    server.close()
    for writer in list(forum.links):
        writer.write(Reply(421, "the forum closes, goodbye").encode())
        writer.close()
    await asyncio.sleep(0)
    print("closed", flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
