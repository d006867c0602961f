"""Three clients, 30 turns: through the harness, and in plain pexpect at its defaults.

The dialogue is what a teacher's first script would be: `pexpect.spawn`,
`sendline`, `expect` of the prompt, everything else as pexpect has it (it sleeps
50 ms before each line that it sends). Both sides play the same lines by the
same three people, ten each in turn, with a server and clients of their own.
Start-up and login are counted on no side. The harness gets no prompt to wait
for: it settles after each line, and watches all four programs meanwhile.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pexpect

from forum.wording import ASK_NAME, ASK_PASSWORD, PROMPT, WAITING
from harness.workshop import workshop
from tests.bench.figures import Effort, Row, in_pairs, row_of_pairs
from tests.bench.programs import PASSWORD, WITHIN, accounts, client, environment, free_port, on_stage, server

PEOPLE = ["yoda", "r2d2", "vader"]
# Ten a head, each of which leaves the forum as it was for the next round.
LINES = [
    "CRT {me}", "LST", "MSG {me} hello", "RDT {me}", "EDT {me} 1 bye",
    "RDT {me}", "DLT {me} 1", "LST", "RMV {me}", "LST",
]  # fmt: skip
TURNS = [(who, line.format(me=who)) for line in LINES for who in PEOPLE]


def measure(effort: Effort) -> Iterator[Row]:
    """The row."""
    with workshop() as folder, on_stage(folder / "stage", PEOPLE) as (stage, _), \
            in_pexpect(folder / "pexpect") as spawned:  # fmt: skip

        def harness() -> None:
            for who, line in TURNS:
                stage.type(who, line.encode() + b"\n")
                stage.settle(typed_to=[who], within=WITHIN)

        def plain_pexpect() -> None:
            for who, line in TURNS:
                spawned[who].sendline(line)
                spawned[who].expect(re.escape(PROMPT))
            _drain(spawned["server"])

        ours, theirs = in_pairs(effort.pairs(9), harness, plain_pexpect)
    yield row_of_pairs("3 clients, 30 turns / plain pexpect", ours, theirs, 20.0, faster=True)


@contextlib.contextmanager
def in_pexpect(folder: Path) -> Iterator[dict[str, pexpect.spawn[str]]]:
    """The server and everybody logged in, each a pexpect.spawn."""
    with contextlib.ExitStack() as stack, free_port() as port:

        def spawn(name: str, argv: list[str]) -> pexpect.spawn[str]:
            home = folder / name
            home.mkdir(parents=True)
            if name == "server":
                (home / "credentials.txt").write_text(accounts(PEOPLE), encoding="utf-8")
            child = pexpect.spawn(argv[0], argv[1:], cwd=str(home), env=environment(home), encoding="utf-8")
            stack.callback(child.close, force=True)
            return child

        spawned = {"server": spawn("server", server(port))}
        spawned["server"].expect(WAITING)
        for name in PEOPLE:
            child = spawned[name] = spawn(name, client(port))
            for question, reply in ((ASK_NAME, name), (ASK_PASSWORD, PASSWORD)):
                child.expect(re.escape(question))
                child.sendline(reply)
            child.expect(re.escape(PROMPT))
        yield spawned


def _drain(child: pexpect.spawn[str]) -> None:
    """Throw away what stands there now: a program whose terminal is full would be stopped by it."""
    with contextlib.suppress(pexpect.TIMEOUT):
        while True:
            child.read_nonblocking(1 << 16, timeout=0)
