"""What a platform calls a submission: whose it is, which attempt, when; and a file name for every student.

Known are Moodle (`Ada Lovelace_1234567_assignsubmission_file_...`), Blackboard (`..._attempt_2020-10-12-13-14-15_...`),
`NAME_ID` in any order and `z1234567`. What fits none of them is an id as it stands. A name that has no number of four
digits or more is never cut: `team_7` and `group_7` are two.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.grade.intake.places import readable

_MOODLE = re.compile(r"(?P<name>.*)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<rest>.*)", re.DOTALL)
_BLACKBOARD = re.compile(r"(?P<who>.*)_attempt_(?P<time>\d{4}(?:-\d\d){5})_?(?P<rest>.*)", re.DOTALL)
_ATTEMPT = re.compile(r"(?P<who>.*?)[ _-]+attempt[ _-]*(?P<attempt>\d{1,6})", re.DOTALL | re.IGNORECASE)
_SUBMISSION = re.compile(r"submission_\d+")  # Gradescope's folders; their metadata says whose they are
_ZID = re.compile(r"(?<![^\W_])z\d{7}(?!\d)", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z]{0,3}\d{4,12}")
_ONLINE_TEXT = "onlinetext"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONGEST = 100
# Names that DOS keeps for itself in any folder, to this day.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


@dataclass(frozen=True, slots=True)
class Label:
    """What a name on the platform says. `rest`: the student's own name of the file, where that is a part of it."""

    id: str
    name: str = ""
    attempt: int = 0
    submitted: str = ""
    rest: str = ""
    known: bool = False  # whether it is of a form that platforms use
    text_only: bool = False  # what was typed into the platform's page
    parted: bool = False  # whether several such names may be one submission, a name for each of its files


def read_label(name: str) -> Label:
    """What the name of a folder or of an archive (without its ending) says."""
    name = clean(name)
    if found := _MOODLE.fullmatch(name):
        # Where the platform hides names it says "Participant" instead.
        whose = "" if found["name"].casefold() == "participant" else found["name"]
        only = found["kind"] == _ONLINE_TEXT
        return Label(found["id"], whose, rest=found["rest"], known=True, text_only=only, parted=True)
    if found := _BLACKBOARD.fullmatch(name):
        who, [day, clock] = _who(found["who"]), [found["time"][:10], found["time"][11:].replace("-", ":")]
        when = f"{day}T{clock}"
        return Label(who.id, who.name, submitted=when, rest=found["rest"], known=True, parted=True)
    if found := _ATTEMPT.fullmatch(name):
        who = _who(found["who"])
        return Label(who.id, who.name, attempt=int(found["attempt"]), known=who.known)
    return _who(name)


def _who(name: str) -> Label:
    """A student's name and id, in any order."""
    if _SUBMISSION.fullmatch(name):
        return Label(name, known=True)
    zids = {found.casefold() for found in _ZID.findall(name)}
    words = [word for word in re.split(r"[_\s]+", name) if word]
    ids = [word for word in words if _ID.fullmatch(word)]
    if len(zids) == 1:
        # Blackboard and others say the assignment's name too: only a name that is nothing but name and id is one.
        others = [word for word in words if not _ZID.fullmatch(word)]
        return Label(zids.pop(), " ".join(others) if len(others) < len(words) else "", known=True)
    if len(ids) == 1:
        return Label(ids[0], " ".join(word for word in words if word != ids[0]), known=True)
    return Label(name)


def clean(text: str) -> str:
    """A text of the platform as an id or a name: one line, composed letters, nothing that a terminal obeys."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", readable(text))).strip()[:_LONGEST] or "nameless"


def file_names(ids: Iterable[str], taken: Iterable[str] = ()) -> Mapping[str, str]:
    """A file name for every id, that no path can be made of. No two are one where case does not count.

    `taken`: names that the folder has for something else.
    """
    names: dict[str, str] = {}
    used = {name.casefold() for name in taken}
    wanted: dict[str, list[str]] = {}
    for one in dict.fromkeys(ids):
        wanted.setdefault(_file_name(one).casefold(), []).append(one)
    # Those that have their name to themselves come first: nobody else's can take it from them.
    for folded, those in sorted(wanted.items(), key=lambda item: len(item[1])):
        for one in sorted(those):
            length = 8 if len(those) > 1 or folded in used else 0
            name = _file_name(one)
            while length and (name := f"{_file_name(one)}-{_hash(one)[:length]}").casefold() in used:
                length += 8
            used.add(name.casefold())
            names[one] = name
    return names


def _file_name(one: str) -> str:
    """The id with nothing in it that means something in a path, a shell or a page."""
    plain = re.sub(r"[^\w.@+-]+", "_", one).strip("._-")
    name = plain.encode()[:_LONGEST].decode(errors="ignore") or "nameless"
    return f"{name}_" if name.partition(".")[0].casefold() in _DEVICES else name


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
