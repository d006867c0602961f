"""The page that explains the scenario language, made from the tables that the loader reads by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.scenario import words
from harness.scenario.network import CONDITIONS
from harness.scenario.verbs import VERBS, Subject, Takes, Verb

EXAMPLE = """\
# yaml-language-server: $schema=scenario.schema.json
scenario: Two posts at the same moment both stand
clause: 4.2
marks: posting
tags: [concurrent]
cast: {yoda: Yoda, r2d2: R2D2}       # handle: account
files: {server/notes.txt: keep me}
with: {board: 1}
play:
  - everyone logs in                 # a sentence directs the stage
  - yoda: OPEN {board}               # NAME: TEXT is typed, whatever it says
  - together:                        # at one instant
      - yoda: POST {board} left
      - r2d2: "POST {board} right #2"    # in quotes, for its ' #'
  - yoda: READ {board}
  - yoda sees each once: ["Yoda: left", "R2D2: right #2"]
  - r2d2: CLOSE {board}
  - r2d2 is answered unlike: OPEN 1  # the board is not theirs
  - yoda: QUIT
  - yoda leaves                      # expected, with no key pressed
  - server stays
  - server/notes.txt is unchanged
hints:
  yoda sees each once: Who adds a line to a list must not be interrupted by another who does the same.
"""

_INTRODUCTION = """\
<!-- Made from the tables in harness/scenario by `language_page()`; a test holds that it is up to date. -->
# The scenario language

A scenario is one behaviour of programs that talk over a network from a terminal: who takes part, what is typed, and
what must then be so. It is written in YAML, one document a behaviour, and can be read aloud without a manual.

## Goals

- A teacher who has never programmed a test writes one, and a student reads it.
- Every mistake is found before anything is played, all of a file at once, each with file, line, column and what was
  probably meant.
- A text is what it looks like: `3331`, `007`, `on` and `12:30` are text. What YAML would change silently is a mistake.
- A step that could never fail, or never be judged, is a mistake too.

## Not goals

- No conditions, variables that change, or arithmetic: with one seed a scenario is played the same way every time.
- No waiting times: the stage knows when nothing more will come. (`N s pass` is the one exception.)
- No patterns. Where an answer may be worded freely, say what it does: what a file holds, who leaves, what another sees.
- Not all of YAML: no tags, anchors, aliases or merge keys.
"""

_READING = """\
## How a step is read

A string is a stage direction: `NAME VERB`. A mapping whose key is a name alone is typed, whatever it says. Any
other mapping is `NAME VERB: OBJECT`.
"""

_WHO = """\
## Who

| words | mean |
| --- | --- |
| `yoda` | the person with this handle, or the role that listens (`server`) |
| `yoda and r2d2`, `a, b and c` | each of them; in turn, but at one instant inside of `together` |
| `everyone` | all of the cast |
| `everyone else` | all of the cast but those of the step before |
| `crowd` | all of the crowd that the cast declares under this name; they start and log in all at one time |
| `1 of yoda and r2d2` | exactly one of them: of what is expected, and of `logs in` inside of `together` |
| `server/notes.txt` | a file in the folder of this actor; `a/x and b/y` are two |
"""

_NETWORK = """\
## What the network does

Behind the key `network`, and behind `harness run --network`:
"""

_WHOSE = """\
Each may end in `to NAME` (what travels to that person's client) or `from NAME` (what it sends); else it is about
everybody, both ways. What is drawn is drawn from the seed.

`network holds: yoda` and `network releases: yoda` force an order: what is held is on its way, and no answer is due to
a line that is typed meanwhile. What is never released stays away for ever, as behind a cable that was cut.

## Which order explains every answer

`one order explains every answer` is judged by the assignment's model, a file of Python beside assignment.yaml that
says which answer is right in which state (`model: model.py`). All that was typed so far must fit one order in which
every answer is right, and in which nobody is answered before they asked.

## A schedule

Of what is typed at one instant, the schedule says what arrives first. Each delivery is the next thing that a
program sends for this line: one that asks twice is delivered twice. Its answer is waited for, unless several are
delivered `at once`. What the schedule leaves out arrives behind it. `harness run --explore` writes such a list for the
order in which a program failed.

```yaml
schedule:
  - r2d2: "POST 1 right #2"
  - at once:
      - yoda: POST 1 left
      - leia: POST 1 middle
```
"""

_TEXTS = """\
## How texts are compared

Terminal control is taken out, and white space is folded: any run of it counts as one space, and blank lines do not
count. Words are whole: `33` is not in `3331`. The lines of a text are looked for in their order, each as a line or
a part of one; other lines may stand between. With `exactly` every space and line break counts. What is looked for
counts from the moment at which that person last typed.

Files are compared line by line; how lines end, and whether the last one does, is no difference. With `exactly` they
are compared byte for byte.

A typed line after which nothing is expected of that person asserts by itself that its answer comes to an end, and
that the program asks for the next line.

## Values

`{x}` is replaced only where `x` is declared: in `with` and `each`, as a value of the assignment, `{n}` inside of `N
times` and `plays`, `{name}` (the account of who types) in typed text, `{text}` in `plays`, `{crowd}` in `sees each
once`, and `{port}` and `{host}`, which only the run knows. Other braces are text; one that is nearly the name of a
value is a mistake.

## Comments and quotes

A comment begins with `#`, with two spaces before it and one behind it. `hi #2` without quotes is a mistake, because
YAML would drop ` #2`. Quote a text that contains `: ` or ` #`, or begins with one of ``[ ] { } > | * & ! % @ ` '
"``, a comma or `- `.
"""


def language_page() -> str:
    """docs/scenario-language.md."""
    parts = [
        _INTRODUCTION,
        f"## An example\n\n```yaml\n{EXAMPLE}```\n",
        "## The keys of a document\n\n" + _table(("key", "means"), ((f"`{k}`", doc) for k, doc in words.KEYS.items())),
        _READING + "\n" + _forms(),
        _WHO,
        "## What is done\n\n" + _verbs(v for v in VERBS if v.done),
        "## What is expected of people and programs\n\n"
        + _verbs(v for v in VERBS if not v.done and v.subject is not Subject.FILES),
        "## What is expected of files\n\n" + _verbs(v for v in VERBS if v.subject is Subject.FILES),
        _NETWORK + "\n" + _table(("condition", "does"), ((f"`{said}`", doc) for _, said, doc in CONDITIONS)) + "\n"
        + _WHOSE,
        _TEXTS,
        "## Keys to press\n\n" + ", ".join(f"`{key}`" for key in words.PRESSED if not _letter(key))
        + ", and `ctrl-a` to `ctrl-z`.\n",
    ]  # fmt: skip
    return "\n".join(parts)


def _letter(key: str) -> bool:
    return key.startswith("ctrl-") and key[-1].isalpha()


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _forms() -> str:
    return _table(
        ("form", "means", "example"), ((f"`{form}`", doc, f"`{example}`") for form, doc, example in words.FORMS)
    )


def _verbs(verbs: Iterable[Verb]) -> str:
    rows = [(f"`{_said(verb)}`", verb.subject.value, verb.doc, f"`{verb.example}`") for verb in verbs]
    return _table(("verb", "said of", "means", "example"), rows)


def _said(verb: Verb) -> str:
    """`leaves` / `leave`, `sees: TEXT`."""
    forms = "` / `".join(form for form, _ in verb.forms())
    return forms if verb.takes is Takes.NONE else f"{forms}: {verb.takes.value}"
