"""`harness probe`: every experiment on a fresh stage, and a card of what they taught."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.probe import learn
from harness.probe.decide import Decision, decide, starts
from harness.probe.experiment import LAST, MEMBER, UNKNOWN, WRONG_PASSWORD, Laboratory, Played
from harness.probe.trouble import Trouble, outside
from harness.scenario.assignment import Assignment
from harness.subject.learnt import NOTHING, Fact, Given, find_word
from harness.subject.subject import COMMAND, Subject

# Times the liveness command is typed in one conversation, to learn the pace. (The others add to that.)
_ANSWERS = 3
_BUILDS = {"python": "nothing to build", "java": "javac", "c": "make, or cc", COMMAND: "a command that was given"}


@dataclass(frozen=True, slots=True)
class Card:
    """What was found out: facts, troubles, and what the student says of it (`word`; `word_wrong`: why not read)."""

    subject: str
    facts: Mapping[str, Fact]
    troubles: Sequence[Trouble]
    word: Mapping[str, str]
    word_wrong: str
    stage: str

    @property
    def fatal(self) -> bool:
        """Whether nobody can play with it like this."""
        return any(trouble.fatal for trouble in self.troubles)


def probe(folder: Path, subject: Subject, assignment: Assignment, lab: Laboratory, given: Given = NOTHING, *,
          variant: str = "") -> Card:
    """Find out everything about a subject that was built from `folder`."""
    decision = decide(subject, assignment, lab, given, variant=variant, thorough=True)
    troubles = list(decision.troubles)
    facts = {**_found(folder, decision), **decision.facts}
    roles = {decision.assignment.server or "": decision.assignment.server or "server",
             MEMBER: decision.assignment.people}  # fmt: skip
    decided = list(lab.played)
    facts |= learn.ports(next((one for one in reversed(decided) if one.listening), decided[-1]))
    if not any(trouble.fatal for trouble in troubles):
        talks = _talk(decision, lab)
        # What it did with arguments that are not its own says nothing of it.
        own = [one for one in lab.played if one.started_as(decision.subject)]
        facts |= learn.prompts(own)
        if "wrong" in talks:
            facts |= learn.wrong_password(talks["wrong"])
        facts |= learn.pace(list(talks.values())) | learn.idle(talks["commands"], roles)
        facts["oddities"] = Fact([*learn.oddities(own, roles), *_ends(talks, decision.assignment)],
                                 f"{len(lab.played)} experiments, each on a fresh stage")  # fmt: skip
    troubles += _left_out(folder)
    word, wrong = find_word(folder)
    stage = lab.played[0].recording.began.stage
    return Card(subject.name, given.over(facts), troubles, word, wrong, stage)


def _found(folder: Path, decision: Decision) -> dict[str, Fact]:
    """What was known before anything ran."""
    facts: dict[str, Fact] = {}
    commands = starts(decision)
    for role, program in decision.subject.programs.items():
        if program.entry:
            facts[f"{role} file"] = Fact(program.entry, "by its name and place")
        facts[f"{role} language"] = Fact(program.language, _BUILDS.get(program.language, ""))
        facts[f"{role} command"] = Fact(commands[role], "in a folder of its own, with a copy of its files")
    files = [program.entry for program in decision.subject.programs.values() if program.entry]
    if files:
        facts["layout"] = Fact(_layout(files), f"where {' and '.join(files)} lie")
    return facts


def _layout(files: Sequence[str]) -> str:
    folders = list(dict.fromkeys(str(Path(file).parent) for file in files))
    spaced = ", with a space in a name" if any(" " in name for name in folders) else ""
    return ("one folder" if len(folders) == 1 else f"{len(folders)} folders") + spaced


def _talk(decision: Decision, lab: Laboratory) -> dict[str, Played]:
    """Talk to it as people do. Each conversation on a stage of its own: some of them wreck a server."""
    task, subject = decision.assignment, decision.subject
    login, alive = f"{MEMBER} logs in", {MEMBER: task.liveness}
    asks = [alive] if task.liveness else []
    talks = {"commands": lab.play("commands are answered", subject, task, login, *asks * _ANSWERS)}
    if task.login is not None:
        talks["wrong"] = lab.play("a wrong password is typed", subject, task,
                                  {f"{MEMBER} cannot log in with": WRONG_PASSWORD})  # fmt: skip
    talks["unknown"] = lab.play("an unknown command is typed", subject, task, login, {MEMBER: UNKNOWN}, *asks)
    talks["empty"] = lab.play("an empty line is typed", subject, task, login, {MEMBER: ""}, *asks)
    if task.leaving:
        talks["leaves"] = lab.play(f"{task.leaving[0]} is typed, and somebody else comes", subject, task, login,
                                   {MEMBER: task.leaving[0]}, f"{LAST} logs in")  # fmt: skip
    return talks


def _ends(talks: Mapping[str, Played], task: Assignment) -> Iterator[str]:
    """What some of the conversations put an end to."""
    for key, what in (("unknown", "an unknown command"), ("empty", "an empty line")):
        played = talks[key]
        if not learn.still_asks(played, MEMBER):
            how = "ends at" if played.ended(MEMBER) else "asks nothing more after"
            yield f"the {task.people} {how} {what}"
        if played.server and played.ended(played.server):
            yield f"the {played.server} ends at {what}"
    gone = talks.get("leaves")
    if gone is None:
        return
    if gone.ended(MEMBER) is None:
        yield f"the {task.people} does not end at {task.leaving[0]}"
    if task.login is not None and not gone.came(LAST):
        tried = gone.login(LAST)
        yield f"after {task.leaving[0]} nobody else can log in: {tried.why if tried else 'no server'}"


def _left_out(folder: Path) -> Iterator[Trouble]:
    for link in outside(folder):
        yield Trouble("link-left-out", f"{link}: a link that leads out of the folder; it was left out", False)

