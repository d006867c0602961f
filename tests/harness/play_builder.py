"""Small courses in a folder: an assignment of its own, a server and clients of a few lines, played for real."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.director import perform
from harness.events import LoginTried
from harness.judge.judge import judge
from harness.recording import KINDS, Recording
from harness.scenario.drawn import drawn
from harness.scenario.loader import load_assignment, load_text
from harness.subject.subject import Program, Subject
from harness.verdict import Finding, Outcome, Verdict

ASSIGNMENT = """\
assignment: A door
roles:
  server: {entry: server, arguments: ["{port}"], listens: true}
  client: {entry: client, arguments: ["{port}"]}
accounts: {file: server/accounts.txt, sample: accounts.txt}
login: {answers: [name, password]}
values: {motto: open sesame}
leaving: [bye]
reference: .
"""
# One account: Yoda. Knows who is in; every message is a line.
SERVER = '''\
import socketserver, sys, threading

inside, lock = set(), threading.Lock()
accounts = dict(line.split() for line in open("accounts.txt") if line.strip())


class Door(socketserver.StreamRequestHandler):
    name = None

    def handle(self):
        for line in self.rfile:
            word, *rest = line.decode().split()
            self.wfile.write((getattr(self, "on_" + word, self.on_unknown)(*rest) + "\\n").encode())

    def on_name(self, name):
        return "busy" if name in inside else "known" if name in accounts else "unknown"

    def on_password(self, name, password="?"):
        with lock:
            if accounts.get(name) != password or name in inside:
                return "no"
            inside.add(name)
            self.name = name
            return "yes"

    def on_say(self, *words):
        return " ".join(words).upper() or "nothing"

    def on_unknown(self, *words):
        return "what?"

    def finish(self):
        inside.discard(self.name)
        super().finish()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Door).serve_forever(poll_interval=None)
'''
# What every client begins with; LOGIN is the dialogue under test, after it lines are said and answered.
CLIENT = '''\
import socket, sys

link = socket.create_connection(("127.0.0.1", int(sys.argv[1]))).makefile("rw")


def ask(*words):
    link.write(" ".join(words) + "\\n")
    link.flush()
    return link.readline().strip()


%s

while (said := input("say: ")) != "bye":
    print(ask("say", said))
'''
NAME_AND_PASSWORD = '''\
while True:
    name = input("Name: ")
    if ask("name", name) == "busy":
        print("You are in already.")
        continue
    if ask("password", name, input("Password: ")) == "yes":
        break
    print("Wrong.")
print("Hello " + name)
'''


class Course:
    """A folder with an assignment, a server and a client."""

    def __init__(self, folder: Path, login: str = NAME_AND_PASSWORD, *, server: str = SERVER, client: str = "",
                 assignment: str = ASSIGNMENT) -> None:  # fmt: skip
        self.folder = folder / "course"
        self.folder.mkdir(parents=True)
        self.write("assignment.yaml", assignment)
        self.write("accounts.txt", "Yoda jedi\nLeia alderaan\n")
        self.write("server.py", server)
        self.write("client.py", client or CLIENT % login)
        self.stages = folder / "stages"

    def write(self, name: str, text: str) -> Path:
        """A file of the course."""
        path = self.folder / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def plays(self, play: str, top: str = "", *, cast: str = "yoda: Yoda, leia: Leia, twin: Yoda",
              seed: int = 0) -> tuple[Outcome, Recording]:  # fmt: skip
        """Play these steps and judge them."""
        assignment = load_assignment(self.folder / "assignment.yaml")
        text = f"scenario: s\ncast: {{{cast}}}\n{top}play:\n{textwrap.indent(textwrap.dedent(play), '  ')}"
        scenario = load_text(text, "f.yaml", assignment)[0]
        programs = {
            role: Program(role, [sys.executable, "-I", "-X", "faulthandler", str(self.folder / f"{wanted.entry}.py"),
                                 *wanted.arguments])
            for role, wanted in assignment.roles.items()
        }
        self.stages.mkdir(exist_ok=True)
        folder = self.stages / str(len(list(self.stages.iterdir())))
        recording = perform(
            scenario, assignment, Subject("small", programs), folder=folder,
            sample=(self.folder / "accounts.txt").read_text(), seed=seed,
            assignment_text=(self.folder / "assignment.yaml").read_text(),
        )  # fmt: skip
        return judge(drawn(scenario, seed), recording), recording


def told(outcome: Outcome) -> list[tuple[int | None, Verdict, str, str]]:
    """What is more than a pass: step, verdict, code and sentence."""
    return [(f.step, f.verdict, f.code, f.sentence) for f in outcome.findings if f.code != "ok"]


def finding(outcome: Outcome) -> Finding:
    """What decided an outcome that is no pass."""
    assert outcome.divergence is not None, outcome
    return outcome.divergence


def tried(recording: Recording) -> list[tuple[str, str]]:
    """Who tried to log in, and how each attempt ended."""
    return [(event.actor, event.result) for event in recording.all(LoginTried)]


def of_kind(recording: Recording, kind: str) -> Sequence[Any]:
    """The events of one kind."""
    return list(recording.all(KINDS[kind]))
