#!/usr/bin/env python3
"""Usage: client.py server_ip port"""
import asyncio
import os
import sys

from wire import get, put

SHAPES = {
    "CRT": "title", "MSG": "title message...", "DLT": "title number", "EDT": "title number message...",
    "LST": "", "RDT": "title", "UPD": "title file", "DWN": "title file", "RMV": "title", "XIT": "", "SHT": "password",
}
PROMPT = "[" + " ".join(SHAPES) + "] > "


class Over(Exception):
    """There is nothing left to do; the text is the last thing shown."""


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.replies = asyncio.Queue()
        self.lines = asyncio.Queue()
        self.typed = b""

    def key(self):
        """The keyboard is readable: cut what is there into lines."""
        try:
            data = os.read(0, 1024)
        except OSError:
            data = b""
        if not data:
            asyncio.get_event_loop().remove_reader(0)
            self.lines.put_nowait(None)
        *complete, self.typed = (self.typed + data).split(b"\n")
        for line in complete:
            self.lines.put_nowait(line.decode("utf-8", "replace"))

    async def listen(self):
        """Take in what the server sends; ends, by Over, when it says that it is the end."""
        while True:
            received = await get(self.reader)
            if received is None:
                raise Over("\nThe server is not there any more.")
            if received[0].get("end"):
                raise Over("\n" + received[0]["say"])
            self.replies.put_nowait(received)

    async def ask(self, prompt):
        print(prompt, end="", flush=True)
        line = await self.lines.get()
        if line is None:
            raise Over("\nEnd of input.")
        return line

    async def call(self, message, blob=None):
        put(self.writer, message, blob)
        await self.writer.drain()
        return await self.replies.get()

    async def word(self, prompt):
        while True:
            line = (await self.ask(prompt)).strip()
            if line and " " not in line:
                return line
            print("That must be one word.")

    async def login(self):
        while True:
            name = await self.word("Username: ")
            reply, _ = await self.call({"name": name})
            if reply["state"] != "busy":
                if reply["state"] == "unknown":
                    print("Nobody here is called {}, so let us make an account.".format(name))
                reply, _ = await self.call({"password": await self.word("Password: ")})
            print(reply["say"])
            if reply["state"] == "in":
                return

    async def upload(self, args):
        try:
            with open(args[1], "rb") as f:
                blob = f.read()
        except OSError as e:
            return print("Cannot read {}: {}".format(args[1], e.strerror))
        reply, _ = await self.call({"verb": "UPD", "args": args})
        if "go" in reply:
            reply, _ = await self.call({"verb": "UPD", "args": args}, blob)
        print(reply["say"])

    async def command(self, line):
        verb, _, rest = line.strip().partition(" ")
        if not verb:
            return
        if verb not in SHAPES:
            return print("What is {}? Try one of: {}".format(verb, ", ".join(SHAPES)))
        count = len(SHAPES[verb].split())
        # Only a message may hold spaces, and it keeps those it has.
        args = rest.split(" ", count - 1) if SHAPES[verb].endswith("...") else rest.split()
        if len(args) != count or not all(arg.strip() for arg in args):
            return print("It is used like this: {} {}".format(verb, SHAPES[verb]))
        if verb == "UPD":
            return await self.upload(args)
        reply, blob = await self.call({"verb": verb, "args": args})
        if blob is not None:
            try:
                with open(args[1], "wb") as f:
                    f.write(blob)
            except OSError as e:
                reply = {"say": "Cannot write {}: {}".format(args[1], e.strerror)}
        print(reply["say"])

    async def talk(self):
        await self.login()
        while True:
            await self.command(await self.ask(PROMPT))

    async def run(self):
        asyncio.get_event_loop().add_reader(0, self.key)
        tasks = [asyncio.ensure_future(self.listen()), asyncio.ensure_future(self.talk())]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        # The server's last word goes before an error in sending to it.
        return [task.exception() for task in sorted(done, key=tasks.index)][0]


async def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        reader, writer = await asyncio.open_connection(sys.argv[1], int(sys.argv[2]))
    except OSError as e:
        sys.exit("No forum at {}:{} ({})".format(sys.argv[1], sys.argv[2], e))
    end = await Client(reader, writer).run()
    writer.close()
    if isinstance(end, ConnectionError):
        end = Over("\nThe connection broke.")
    if not isinstance(end, Over):
        raise end
    print(end)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print()
