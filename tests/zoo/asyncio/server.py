#!/usr/bin/env python3
"""Usage: server.py port admin_password"""
import asyncio
import sys

from forum import Denied, Forum, add_credentials, credentials
from wire import get, put

PLAIN = {"CRT": 1, "MSG": 2, "DLT": 2, "EDT": 3, "LST": 0, "RDT": 1, "RMV": 1}


def log(*words):
    print("[server]", *words, flush=True)


class Server:
    def __init__(self, secret):
        self.secret = secret
        self.forum = Forum()
        self.users = {}  # who is in -> reader of their connection
        self.writers = set()
        self.over = asyncio.Event()

    async def client(self, reader, writer):
        self.writers.add(writer)
        log("connection from", writer.get_extra_info("peername"))
        user = None
        try:
            user = await self.login(reader, writer)
            while user and await self.command(user, reader, writer):
                pass
        except OSError as e:
            log("connection lost:", e)
        finally:
            self.logout(user, reader)
            self.writers.discard(writer)
            writer.close()

    def logout(self, user, reader):
        if user and self.users.get(user) is reader:
            del self.users[user]
            log(user, "logged out")

    def is_in(self, name):
        # A connection whose end has come in, but whose task has not run since, is nobody any more.
        reader = self.users.get(name)
        return reader is not None and not reader.at_eof() and reader.exception() is None

    async def login(self, reader, writer):
        while True:
            received = await get(reader)
            if received is None:
                return None
            name = received[0]["name"]
            known = name in credentials()
            if self.is_in(name):
                put(writer, {"state": "busy", "say": "{} is in the forum at this moment.".format(name)})
                continue
            put(writer, {"state": "known" if known else "unknown"})
            await writer.drain()
            received = await get(reader)
            if received is None:
                return None
            word = received[0]["password"]
            # Somebody else may have taken the name while this one was typing.
            stored = credentials().get(name)
            if self.is_in(name) or (not known and stored is not None):
                put(writer, {"state": "busy", "say": "{} was taken a moment ago.".format(name)})
            elif known and stored != word:
                log("wrong password for", name)
                put(writer, {"state": "wrong", "say": "Name and password do not match."})
            else:
                if not known:
                    add_credentials(name, word)
                self.users[name] = reader
                log(name, "logged in" if known else "registered")
                put(writer, {"state": "in", "say": "Hello {}, come in.".format(name)})
                return name

    async def command(self, user, reader, writer):
        """Answer one command. False when it was the last."""
        received = await get(reader)
        if received is None or self.over.is_set():
            return False
        request, blob = received
        verb, args = request["verb"], request["args"]
        log(user, verb)
        try:
            if verb in PLAIN:
                reply = {"say": getattr(self.forum, verb.lower())(user, *args)}
                blob = None
            elif verb == "UPD" and blob is None:
                self.forum.may_upload(*args)
                reply = {"go": True}
            elif verb == "UPD":
                reply, blob = {"say": self.forum.upload(user, *args, blob)}, None
            elif verb == "DWN":
                reply, blob = {"say": "{} is here.".format(args[1])}, self.forum.download(*args)
            elif verb == "XIT":
                self.logout(user, reader)
                put(writer, {"say": "So long, {}.".format(user), "end": True})
                await writer.drain()
                return False
            elif verb == "SHT":
                if args != [self.secret]:
                    raise Denied("the admin password is another one")
                return self.shut_down(user)
            else:
                raise Denied("the server has never heard of {}".format(verb))
        except (Denied, OSError) as e:
            log(user, verb, "denied:", e)
            reply, blob = {"say": "Sorry: {}.".format(e), "denied": True}, None
        put(writer, reply, blob)
        await writer.drain()
        return True

    def shut_down(self, user):
        log(user, "shuts the forum down")
        self.forum.wipe()
        for writer in self.writers:
            put(writer, {"say": "{} has closed the forum. Bye!".format(user), "end": True})
            writer.close()  # what was put is sent first
        self.over.set()
        return False


async def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    server = Server(sys.argv[2])
    listener = await asyncio.start_server(server.client, "0.0.0.0", int(sys.argv[1]))
    log("listening on port", sys.argv[1])
    await server.over.wait()
    listener.close()
    # Every connection's task sees its own end, now that the goodbyes are on their way.
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    if others:
        await asyncio.wait(others, timeout=5)
    log("bye")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        log("interrupted")
