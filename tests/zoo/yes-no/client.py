"""The forum's client. Usage: python3 client.py IP PORT

Two sources feed two queues: the keyboard gives lines, the server gives replies (see
server.py). The user's part is an ordinary coroutine that takes from either. A reply
with the code 421 ends the program wherever that coroutine stands.
"""
import asyncio
import os
import sys

COMMANDS = "CRT MSG DLT EDT LST RDT UPD DWN RMV XIT SHT"
# how many words a command takes; + means that the last one is a text
WORDS = {"CRT": "1", "MSG": "2+", "DLT": "2", "EDT": "3+", "LST": "0", "RDT": "1",
         "UPD": "2", "DWN": "2", "RMV": "1", "XIT": "0", "SHT": "1"}


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.typed, self.replies = asyncio.Queue(), asyncio.Queue()
        self.half = b""

    def keyboard(self):
        """Called by the event loop when something was typed."""
        data = os.read(0, 4096)
        if not data:
            self.typed.put_nowait(None)
        *lines, self.half = (self.half + data).split(b"\n")
        for line in lines:
            self.typed.put_nowait(line.decode(errors="replace"))

    async def listen(self):
        lines = []
        while raw := await self.reader.readline():
            line = raw.decode().rstrip("\n")
            lines.append(line[4:])
            if line[3] == "-":
                continue
            code = int(line[:3])
            if code == 421:
                print(f"\n{lines[-1]}")
                sys.exit(0)
            data = await self.reader.readexactly(int(lines[-1])) if code == 150 else b""
            self.replies.put_nowait((code, lines, data))
            lines = []
        print("\nconnection closed by the server")
        sys.exit(1)

    async def ask(self, question):
        print(question, end=" ", flush=True)
        line = await self.typed.get()
        if line is None:
            sys.exit(0)
        return line

    async def sure(self, question):
        while True:
            answer = (await self.ask(f"{question} (y/n)")).strip().lower()
            if answer in ("y", "yes", "n", "no"):
                return answer[0] == "y"

    async def send(self, line, data=b""):
        self.writer.write(f"{line}\n".encode() + data)
        return await self.replies.get()

    async def log_in(self):
        code = 0
        while code != 230:
            name = await self.ask("Login name?")
            if not name or " " in name:
                continue
            code, lines, _ = await self.send(f"USER {name}")
            if code == 331:
                code, lines, _ = await self.send("PASS " + await self.ask("Secret?"))
            elif code == 332:
                if not await self.sure("No such user. Create an account?"):
                    continue
                word = await self.ask("Choose a secret for it:")
                if not word or " " in word:
                    print("one word, please")
                    continue
                code, lines, _ = await self.send(f"MAKE {word}")
            print(">>", lines[-1])

    async def commands(self):
        while True:
            line = await self.ask(f"[{COMMANDS}]")
            verb, _, rest = line.partition(" ")
            if not line.strip():
                continue
            if verb not in WORDS:
                print("!! unknown command")
                continue
            wanted = WORDS[verb]
            words = rest.split(" ", int(wanted[0]) - 1) if wanted[1:] else rest.split()
            if len(words) != int(wanted[0]) or not all(word.strip() for word in words):
                print(f"!! {verb} takes {wanted[0]} arguments")
                continue
            if verb == "XIT":
                print(">>", (await self.send("QUIT"))[1][-1])
                return
            await self.carry_out(verb, words)

    async def carry_out(self, verb, words):
        line = " ".join([verb, *words])
        if verb == "RMV" and not await self.sure(f"Remove {words[0]} and all its files, are you sure?"):
            return print(">> nothing was removed")
        if verb == "SHT" and not await self.sure("Shut the whole forum down, are you sure?"):
            return print(">> it stays open")
        if verb == "UPD" and not os.path.isfile(words[1]):
            return print(f"!! you have no file {words[1]}")
        code, lines, data = await self.send(line)
        if code == 354:
            with open(words[1], "rb") as file:
                content = file.read()
            code, lines, data = await self.send(len(content), content)
        if code == 150:
            with open(words[1], "wb") as file:
                file.write(data)
            print(f">> saved {words[1]} ({len(data)} bytes)")
            return
        print("\n".join(lines) if code == 212 else "\n".join(["!!" if code >= 400 else ">>", *lines]))


async def main(host, port):
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    client = Client(reader, writer)
    asyncio.get_running_loop().add_reader(0, client.keyboard)
    ear = asyncio.create_task(client.listen())
    await client.log_in()
    await client.commands()
    ear.cancel()


try:
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
except KeyboardInterrupt:
    print()
