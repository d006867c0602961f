"""The verbs of the scenario language, in one table. Parser, JSON Schema and language page are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from harness.scenario.model import Deed, FileState, Many, Sight


class Subject(Enum):
    """Of whom a verb is said."""

    PEOPLE = "people"
    ACTORS = "people and the server"
    FILES = "files"
    NETWORK = "the network"


class Takes(Enum):
    """What stands behind a verb and its colon."""

    NONE = "nothing"
    TEXT = "TEXT"
    TEXTS = "[TEXT, TEXT]"
    LINE = "LINE"
    PASSWORD = "PASSWORD"
    KEY = "KEY"
    BYTES = "BYTES"
    PATH = "FILE"
    MIX = "{commands: N, mix: {LINE: WEIGHT}}"
    WHOSE = "[to|from] NAME"


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: how it is said of one and of several, of whom, with what, and what it means."""

    name: str
    plural: str
    subject: Subject
    takes: Takes
    means: Deed | Sight | FileState | Many
    doc: str
    example: str
    exactly: bool = False  # `sees exactly`, `is exactly`: the variant in which white space counts

    @property
    def done(self) -> bool:
        """Whether it is done (and not expected)."""
        return isinstance(self.means, Deed | Many)

    def forms(self) -> Iterator[tuple[str, bool]]:
        """Its words, and whether they are said of several."""
        yield self.name, False
        if self.plural != self.name:
            yield self.plural, True


def _exact(verb: Verb) -> Verb:
    """The variant of a verb in which white space counts."""
    doc = "The same, and every space counts." if verb.subject is not Subject.FILES else "The same, byte for byte."
    example = verb.example.replace(f" {verb.name}:", f" {verb.name} exactly:")
    name, plural = f"{verb.name} exactly", f"{verb.plural} exactly"
    return Verb(name, plural, verb.subject, verb.takes, verb.means, doc, example, exactly=True)


_SEES = Verb(
    "sees", "see", Subject.ACTORS, Takes.TEXT, Sight.SEES,
    "The text stands on the screen, in whole words (`33` is not in `3331`); several lines, in this order.",
    "yoda sees: 1 Yoda hello",
)  # fmt: skip
_IS = Verb(
    "is", "are", Subject.FILES, Takes.TEXT, FileState.IS,
    "The file has these lines, and no others. How lines end, and whether the last one does, is no difference.",
    'server/1 is: "Yoda\\n1 Yoda: hello"',
)  # fmt: skip

VERBS: tuple[Verb, ...] = (
    Verb(
        "logs in", "log in", Subject.PEOPLE, Takes.NONE, Deed.LOG_IN,
        "Starts a client where none runs, and answers its questions for name and password. It must get in.",
        "everyone logs in",
    ),
    Verb(
        "cannot log in", "cannot log in", Subject.PEOPLE, Takes.NONE, Deed.LOGIN_REFUSED,
        "Tries to log in with the right password, and must be refused.",
        "yoda cannot log in",
    ),
    Verb(
        "cannot log in with", "cannot log in with", Subject.PEOPLE, Takes.PASSWORD, Deed.LOGIN_REFUSED,
        "Tries to log in with this password, and must be refused.",
        "yoda cannot log in with: nonsense",
    ),
    Verb(
        "starts", "start", Subject.ACTORS, Takes.NONE, Deed.START,
        "Starts the program, and nothing more. The server is started before the play.",
        "yoda starts",
    ),
    Verb(
        "is killed", "are killed", Subject.ACTORS, Takes.NONE, Deed.KILL,
        "The program is ended at once, without a chance to say goodbye.",
        "yoda is killed",
    ),
    Verb(
        "is paused", "are paused", Subject.ACTORS, Takes.NONE, Deed.PAUSE,
        "The program stands still, like one on a machine that sleeps.",
        "yoda is paused",
    ),
    Verb(
        "resumes", "resume", Subject.ACTORS, Takes.NONE, Deed.RESUME,
        "The paused program goes on.",
        "yoda resumes",
    ),
    Verb(
        "restarts", "restart", Subject.ACTORS, Takes.NONE, Deed.RESTART,
        "The program is ended at once and started again, in the same folder.",
        "server restarts",
    ),
    Verb(
        "presses", "press", Subject.ACTORS, Takes.KEY, Deed.PRESS,
        "A key is pressed, without Enter.",
        "yoda presses: ctrl-d",
    ),
    Verb(
        "sends", "send", Subject.ACTORS, Takes.BYTES, Deed.SEND,
        r"Bytes are typed as they are, without Enter: `\x00`, `\n`, `\r`, `\t` and `\\` are known.",
        r"yoda sends: 'POST \x00'",
    ),
    Verb(
        "plays", "play", Subject.PEOPLE, Takes.MIX, Many.PLAYS,
        "Each types so many lines of the mix, drawn from the seed by their weights: everybody's next line at one "
        "instant, once all have their answer. `{text}` is a text that nobody else types; `{n}` counts the lines.",
        'everyone plays: {commands: 20, mix: {"POST 1 {text}": 3, READ 1: 1}}',
    ),
    Verb(
        "holds", "holds", Subject.NETWORK, Takes.WHOSE, Many.HOLDS,
        "What travels to this person's client and from it is kept back (`to yoda`, `from yoda`: one way only), "
        "until it is released, or for ever.",
        "network holds: from yoda",
    ),
    Verb(
        "releases", "releases", Subject.NETWORK, Takes.WHOSE, Many.RELEASES,
        "What was kept back goes on its way.",
        "network releases: yoda",
    ),
    Verb(
        "leaves", "leave", Subject.ACTORS, Takes.NONE, Sight.LEAVES,
        "The program has ended by itself, with no key pressed.",
        "yoda and server leave",
    ),
    Verb(
        "stays", "stay", Subject.ACTORS, Takes.NONE, Sight.STAYS,
        "The program still runs.",
        "everyone else stays",
    ),
    _SEES,
    _exact(_SEES),
    Verb(
        "sees one of", "see one of", Subject.ACTORS, Takes.TEXTS, Sight.SEES_ONE_OF,
        "At least one of the texts stands on the screen.",
        'yoda sees one of: ["1 left", "1 right"]',
    ),
    Verb(
        "sees each once", "see each once", Subject.ACTORS, Takes.TEXTS, Sight.SEES_EACH_ONCE,
        "Each of the texts stands on the screen, and none of them twice. `{crowd}` stands for each of the crowd.",
        'yoda sees each once: [left, right]',
    ),
    Verb(
        "never sees", "never see", Subject.ACTORS, Takes.TEXT, Sight.NEVER_SEES,
        "The text does not stand on the screen.",
        "r2d2 never sees: secret",
    ),
    Verb(
        "never sees the lines", "never see the lines", Subject.ACTORS, Takes.TEXT, Sight.NEVER_SEES,
        "These do not stand on the screen as whole lines, one right below the other (`by Yoda` is not `Yoda`).",
        'r2d2 never sees the lines: "Yoda\\n1 Yoda: hello"', exactly=True,
    ),
    Verb(
        "sees nothing", "see nothing", Subject.ACTORS, Takes.NONE, Sight.SEES_NOTHING,
        "Nothing new came to the screen.",
        "r2d2 sees nothing",
    ),
    Verb(
        "is answered like", "are answered like", Subject.PEOPLE, Takes.LINE, Sight.LIKE,
        "The answer is worded like the last answer to that line; names and numbers may differ.",
        "yoda is answered like: READ 2",
    ),
    Verb(
        "is answered unlike", "are answered unlike", Subject.PEOPLE, Takes.LINE, Sight.UNLIKE,
        "The answer is not worded like the last answer to that line (that of a success, say).",
        "r2d2 is answered unlike: READ 1",
    ),
    _IS,
    _exact(_IS),
    Verb(
        "is in any order", "are in any order", Subject.FILES, Takes.TEXT, FileState.ANY_ORDER,
        "The file has these lines in whatever order, each as often as here, and no others but blank ones.",
        'server/1 is in any order: "1 Yoda: hello\\n2 R2D2: hello"',
    ),
    Verb(
        "equals", "equal", Subject.FILES, Takes.PATH, FileState.EQUALS,
        "The two files are the same, byte for byte.",
        "server/big.bin equals: yoda/big.bin",
    ),
    Verb(
        "is there", "are there", Subject.FILES, Takes.NONE, FileState.THERE,
        "There is such a file, whatever it holds.",
        "server/1 is there",
    ),
    Verb(
        "is gone", "are gone", Subject.FILES, Takes.NONE, FileState.GONE,
        "There is no such file.",
        "server/1 and server/2 are gone",
    ),
    Verb(
        "is unchanged", "are unchanged", Subject.FILES, Takes.NONE, FileState.UNCHANGED,
        "The file is what it was before the play, byte for byte.",
        "server/notes.txt is unchanged",
    ),
)  # fmt: skip

# Every way to say a verb, the longest first: `sees one of` before `sees`.
FORMS: tuple[tuple[str, bool, Verb], ...] = tuple(
    sorted(((form, several, verb) for verb in VERBS for form, several in verb.forms()), key=lambda f: -len(f[0]))
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence taken apart: of whom, which verb, in which form."""

    subject: str
    verb: Verb
    form: str
    several: bool


def find_verb(sentence: str) -> Spoken | None:
    """Take `r2d2 is answered like` apart, or None where no verb ends the sentence."""
    for form, several, verb in FORMS:
        if sentence.endswith(" " + form) and (subject := sentence[: -len(form)].strip()):
            return Spoken(subject, verb, form, several)
    return None
