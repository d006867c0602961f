"""A small course for the tests of the probe: a door that knows accounts, takes new people in, and says hello."""

from __future__ import annotations

from pathlib import Path

ASSIGNMENT = """\
assignment: A door
variant: "1"
roles:
  server: {entry: server, arguments: ["{port}", "{motto}"], listens: true}
  client: {entry: client, arguments: ["{port}"]}
values: {motto: sesame}
accounts: {file: server/accounts.txt, sample: accounts.txt}
login: {answers: [name, password]}
liveness: hello
leaving: [bye]
timeout: 5
reference: .
variants:
  "2":
    transport: udp
    roles:
      server: {arguments: ["{port}"]}
      client: {arguments: [["{port}"], ["{host}", "{port}"]]}
"""
ACCOUNTS = "Yoda jedi*knight\nR2D2 c3p0sucks"
# Reads the file at its start, once. APPEND is how a new account is written down.
RULES = '''\
accounts, inside = {}, {}
for line in open("accounts.txt").read().split("\\n"):
    PARSE


def answer(who, line):
    word, *rest = line.split(" ")
    if word == "name":
        return "busy" if rest[0] in inside.values() else "known" if rest[0] in accounts else "new"
    if word == "word":
        name, password = rest
        if name not in accounts:
            accounts[name] = password
            APPEND
        if accounts[name] != password:
            return "no"
        inside[who] = name
        return "yes"
    if word == "bye":
        inside.pop(who, None)
    return {"hello": "hello yourself", "bye": "bye"}.get(line, "what?")
'''
CAREFUL = ("accounts.update([line.split()] if line.strip() else [])",
           'old = open("accounts.txt").read().rstrip("\\n"); '
           'open("accounts.txt", "w").write(f"{old}\\n{name} {password}\\n")')  # fmt: skip
# Joins the last line of a file that does not end in a newline.
WANTS_NEWLINE = (CAREFUL[0], 'open("accounts.txt", "a").write(f"{name} {password}\\n")')
# Stops at the blank line that it makes in a file that ends in one.
WANTS_NONE = ("name, word = line.split(); accounts[name] = word",
              'open("accounts.txt", "a").write(f"\\n{name} {password}")')  # fmt: skip
TCP = '''\
import socketserver, sys

PORT, MOTTO = int(sys.argv[1]), sys.argv[2]


class Door(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(answer(self, line.decode().rstrip("\\n")).encode() + b"\\n")

    def finish(self):
        inside.pop(self, None)
        super().finish()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", PORT), Door).serve_forever(poll_interval=None)
'''
UDP = '''\
import socket, sys

PORT, = sys.argv[1:]
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.bind(("127.0.0.1", int(PORT)))
while True:
    data, sender = link.recvfrom(4096)
    link.sendto(answer(sender, data.decode()).encode(), sender)
'''
TALK = '''\
while True:
    name = input("Who is there? ")
    state = ask(f"name {name}")
    if state == "busy":
        print("Somebody of that name is here.")
        continue
    password = input("Your word: " if state == "known" else "Think of a word: ")
    if ask(f"word {name} {password}") == "yes":
        break
    print("Wrong.")
while True:
    line = input("Say: ")
    print(ask(line))
    if line == "bye":
        break
'''
TCP_CLIENT = '''\
import socket, sys

link = socket.create_connection(("127.0.0.1", int(sys.argv[1]))).makefile("rw")


def ask(line):
    print(line, file=link, flush=True)
    return link.readline().strip()


'''
UDP_CLIENT = '''\
import socket, sys

HOST, PORT = sys.argv[1:]
link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
link.connect((HOST, int(PORT)))


def ask(line):
    link.send(line.encode())
    return link.recv(4096).decode()


'''


def rules(parse: str = CAREFUL[0], append: str = CAREFUL[1]) -> str:
    """What the server knows, reading and writing its accounts like this."""
    return RULES.replace("PARSE", parse).replace("APPEND", append)


def course(folder: Path, assignment: str = ASSIGNMENT) -> Path:
    """The course in a folder, beside which submissions may lie."""
    folder.mkdir()
    (folder / "assignment.yaml").write_text(assignment)
    (folder / "accounts.txt").write_text(ACCOUNTS)
    return folder


def submission(folder: Path, server: str = "", client: str = "") -> Path:
    """A submission of two files: right ones, where no other is given."""
    folder.mkdir()
    (folder / "server.py").write_text(server or rules() + TCP)
    (folder / "client.py").write_text(client or TCP_CLIENT + TALK)
    return folder
