"""Online discussion forum, the client.

python3 Client.py server_IP server_port
"""

import socket
import sys

from Packets import readBytes, readPacket, writePacket
from Pulse import Pulse

COMMANDS = {
    "CRT": ["title"], "MSG": ["title", "message"], "DLT": ["title", "number"], "EDT": ["title", "number", "message"],
    "LST": [], "RDT": ["title"], "UPD": ["title", "file"], "DWN": ["title", "file"], "RMV": ["title"],
    "XIT": [], "SHT": ["password"],
}
MENU = "CRT | MSG | DLT | EDT | LST | RDT | UPD | DWN | RMV | XIT | SHT\nEnter your command: "


class Client:
    def __init__(self, host, port):
        self.sock = socket.create_connection((host, port))
        self.pulse = Pulse(host, port)
        self.pulse.start()

    def exchange(self, **fields):
        writePacket(self.sock, **fields)
        return readPacket(self.sock)

    def askWord(self, prompt):
        word = input(prompt).strip()
        while len(word.split()) != 1:
            word = input(prompt).strip()
        return word

    def login(self):
        while True:
            username = self.askWord("Your user name please: ")
            reply = self.exchange(username=username)
            if reply["status"] != "failed":
                new = reply["status"] == "new"
                password = self.askWord("New user! Pick a password: " if new else "Your password please: ")
                reply = self.exchange(password=password)
            print(reply["text"])
            if reply["status"] == "ok":
                return

    def parse(self, line):
        """The fields of the packet for this command, or None if it cannot be a command."""
        command = line.split()[0]
        names = COMMANDS.get(command)
        if names is None:
            print("Not a command:", command)
            return None
        words = line.split(None, len(names)) if "message" in names else line.split()
        if len(words) != 1 + len(names):
            print("Syntax:", " ".join([command] + names))
            return None
        return dict(zip(["cmd"] + names, words))

    def upload(self, fields):
        try:
            with open(fields["file"], "rb") as f:
                content = f.read()
        except OSError as e:
            print("No upload,", e.strerror.lower() + ":", fields["file"])
            return
        reply = self.exchange(**fields)
        if reply["status"] == "send":
            writePacket(self.sock, content, size=0)
            reply = readPacket(self.sock)
        print(reply["text"])

    def download(self, fields):
        reply = self.exchange(**fields)
        if reply["status"] == "ok":
            content = readBytes(self.sock, int(reply["size"]))
            try:
                with open(fields["file"], "wb") as f:
                    f.write(content)
            except OSError as e:
                reply["text"] = "The file cannot be written, " + e.strerror.lower()
        print(reply["text"])

    def run(self):
        self.login()
        while True:
            line = input(MENU).strip()
            fields = self.parse(line) if line else None
            if fields is None:
                continue
            if fields["cmd"] == "UPD":
                self.upload(fields)
            elif fields["cmd"] == "DWN":
                self.download(fields)
            elif fields["cmd"] == "XIT":
                self.pulse.end(self.exchange(**fields)["text"])
            else:
                reply = self.exchange(**fields)
                if fields["cmd"] == "SHT" and reply["status"] == "ok":
                    self.pulse.end(reply["text"])
                print(reply["text"])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        client = Client(sys.argv[1], int(sys.argv[2]))
    except OSError as e:
        sys.exit(f"Cannot reach the server: {e}")
    try:
        client.run()
    except (OSError, ValueError):
        # The server is gone. The pulse knows as well and may be about to say so.
        client.pulse.end("\nThe server has closed the connection, goodbye.")
    except (EOFError, KeyboardInterrupt):
        client.pulse.end("")


if __name__ == "__main__":
    main()
