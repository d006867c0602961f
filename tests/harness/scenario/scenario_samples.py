"""An assignment and a file of scenarios that use every form of the language."""

from __future__ import annotations

from harness.scenario.assignment import Assignment, Login, Role
from harness.scenario.loader import check_text

ASSIGNMENT = Assignment(
    assignment="a message board",
    roles={"server": Role(entry="server", listens=True), "client": Role(entry="client")},
    values={"admin_password": "open sesame"},
    login=Login(),
    commands=["POST", "READ", "CLOSE", "QUIT"],
    leaving=["QUIT"],
    model="model.py",
    reference="../board",
)

TOUCHSTONE = """\
# yaml-language-server: $schema=scenario.schema.json
scenario: Who waits is told of the end, and leaves by itself
clause: 5 END
marks: concurrent.END
tags: [slow, end]
visible: hidden
cast: {yoda: Yoda, r2d2: {account: R2D2, password: c3p0}}   # handle: account
files: {server/notes.txt: not the board's}
play:
  - everyone logs in                 # a sentence directs the stage
  - yoda: POST 3331                  # NAME: TEXT is typed, whatever it says
  - yoda: END {admin_password}
  - r2d2 leaves
  - yoda and server leave
  - server/3331 and server/board.txt are gone
  - server/notes.txt is unchanged
hints:
  r2d2 leaves: A client that waits in input() cannot hear the server.
---
scenario: Two posts at the same moment
cast: {yoda: Yoda, r2d2: R2D2}
play:
  - everyone logs in
  - together:
      - yoda: POST left
      - r2d2: "POST right #2"        # quoted, for its ' #'
  - yoda: READ
  - yoda sees one of: ["1 left\\n2 right #2", "1 right #2\\n2 left"]
  - any of:
      - yoda sees: left
      - server/posts is: |
          left
          right #2
---
scenario: A file arrives whole
cast: {yoda: Yoda}
files: {yoda/big.bin: {random bytes: 300000}}
network: cut 1
each: {name_of_it: [big.bin, "big.bin "]}
play:
  - yoda logs in
  - yoda: SEND {name_of_it}
  - server/big.bin equals: yoda/big.bin
  - server/big.log is exactly: "1 file\\n"
---
scenario: Who is cut off can come back
tags: robust
cast: {yoda: Yoda, r2d2: R2D2}
with: {board: 007}
network: [delay 20 ms, glue to yoda]
play:
  - everyone logs in
  - network holds: from yoda
  - yoda: OPEN 1
  - network releases: from yoda
  - network holds: everyone
  - network releases: to yoda and r2d2
  - 2 times: [yoda: "OPEN {board}{n}"]
  - yoda is killed
  - yoda logs in
  - yoda: CLOSE {board}1
  - r2d2: CLOSE {board}2
  - r2d2 is answered unlike: CLOSE 0071
  - r2d2 is paused
  - r2d2 resumes
  - r2d2 presses: ctrl-d
  - r2d2 sends: 'x\\x00'
  - 1.5 s pass
  - server stays
  - everyone else stays
  - yoda:
  - yoda is answered like: "CLOSE 0071"
  - yoda never sees: |
      two
      lines
  - r2d2 sees nothing
  - server restarts
---
scenario: Fifty people post
cast: {yoda: Yoda, crowd: {people: 50}}
play:
  - everyone logs in
  - together: [crowd: "POST {name} was here"]
  - yoda: READ
  - yoda sees each once: "{crowd}: {crowd} was here"
  - one order explains every answer
---
scenario: People at random
cast: {yoda: Yoda, crowd: {people: 3}}
play:
  - everyone logs in
  - crowd plays: {commands: 2, mix: {"POST {text}": 3, "POST {n} by {name}": 1, READ: 1}}
  - together:
      - crowd plays: {commands: 2, mix: {READ: 1}}
      - yoda plays: {commands: 3, mix: {"POST {text}": 1}}
      - crowd1: CLOSE
  - in turn:
      - everyone plays: {commands: 1, mix: {READ: 1}}
      - yoda: READ
---
scenario: A wrong password is refused
cast: {yoda: Yoda, twin: Yoda}
play:
  - yoda cannot log in with: nonsense
  - together: [1 of yoda and twin logs in]
  - 1 of yoda and twin sees exactly: welcome
  - twin cannot log in
"""

CAST = "scenario: s\ncast: {yoda: Yoda, r2d2: R2D2}\n"


def told(text: str) -> list[str]:
    """Every mistake and warning of a text, as people read it."""
    return [str(mistake) for mistake in check_text(text, "f", ASSIGNMENT)]


def told_of_step(step: str) -> list[str]:
    """The mistakes of one step after a login; the step stands in line 1, from column 3 on."""
    before = "play:\n  - everyone logs in\n"
    shift = (CAST + before).count("\n")
    mistakes = check_text(f"{CAST}{before}  - {step}\n", "f", ASSIGNMENT)
    return [str(m).replace(f"f:{m.place.line}:", f"{m.place.line - shift}:", 1) for m in mistakes]
