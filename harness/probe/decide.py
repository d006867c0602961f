"""The short part of a probe, which a run needs too: which variant, which arguments, which shape of the accounts file.

The server is started with each variant's arguments until it listens in the
right way and somebody is let in. What a new user does to the accounts file is
looked at on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.probe.experiment import LAST, MEMBER, NEW, Laboratory, Played
from harness.probe.forms import forms, forms_facts, forms_troubles, given_forms
from harness.probe.manners import come_in, manners, manners_facts
from harness.probe.shapes import CALLED, MEND, SHAPES, Copes, cope, shape_fact
from harness.probe.trouble import Trouble, client_trouble, command_line, server_trouble
from harness.scenario.assignment import Assignment
from harness.subject.learnt import ENDS, NOTHING, VARIANT, Fact, Given
from harness.subject.subject import COMMAND, AccountsEnd, Subject

_MEND_ANYWAY = ("register somebody by hand, look at the file, start the server again and log in: the last line must be "
                "the new one, and every other line as it was")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """What the plays go by: the task with its arguments, the subject with its shape; and how that was seen."""

    assignment: Assignment
    subject: Subject
    facts: Mapping[str, Fact] = field(default_factory=dict)
    troubles: Sequence[Trouble] = ()
    copes: Sequence[Copes] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to start both programs: a variant with one alternative each."""

    assignment: Assignment
    subject: Subject
    heard: Played | None = None


def decide(subject: Subject, assignment: Assignment, lab: Laboratory, given: Given = NOTHING, *, variant: str = "",
           thorough: bool = False) -> Decision:
    """Find out what the plays must know. `thorough`: look at both shapes of the accounts file anyway."""
    ways = _ways(subject, _variants(assignment, given.text(VARIANT) or variant))
    way, copes = _arrive(ways, lab, given, thorough)
    facts = _variant_fact(way, ways, given, _right(way, copes[0])) | shape_fact(copes, given)
    best = max(copes, key=lambda c: c.score)
    asked = ENDS in given.values or (way.assignment.accounts is not None and way.assignment.accounts.ends is not None)
    ends = best.shape if best.score > min(c.score for c in copes) or best.well or asked else ""
    known = manners(replace(way.subject, accounts_end=ends), way.assignment, lab, best)
    facts |= manners_facts(known, best)
    subject = replace(way.subject, accounts_end=ends, manners=known)
    known_forms = given_forms(given) or (forms(subject, way.assignment, lab, best.shape) if best.score else {})
    subject = replace(subject, forms=known_forms)
    facts |= forms_facts(subject.forms)
    learnt = {key: f"{fact.text} ({fact.seen})" for key, fact in facts.items()}
    built = [Trouble(known["code"], known["sentence"], False, known.get("mend", "")) for known in subject.troubles]
    troubles = [*built, *_troubles(way, copes, best), *forms_troubles(subject.forms, way.assignment)]
    subject = replace(subject, learnt=learnt, troubles=[trouble.described() for trouble in troubles])
    return Decision(way.assignment, subject, facts, troubles, copes)


def needed(assignment: Assignment, subject: Subject, given: Given, variant: str = "") -> bool:
    """Whether anything is left to find out."""
    ways = _ways(subject, _variants(assignment, given.text(VARIANT) or variant))
    return len(ways) > 1 or (assignment.accounts is not None and ENDS not in given.values)


def _variants(assignment: Assignment, name: str) -> list[Assignment]:
    names = [name] if name else assignment.variant_names
    return [assignment.variant(one) for one in names] or [assignment]


def _ways(subject: Subject, variants: Sequence[Assignment]) -> list[_Way]:
    """Every way to start the programs, the likeliest first; what would look the same from outside only once."""
    ways: dict[object, _Way] = {}
    for variant in variants:
        for arguments in _alternatives(variant, subject):
            chosen = variant.choosing(arguments)
            looks = (variant.transport, *((role, tuple(words)) for role, words in arguments.items()))
            ways.setdefault(looks, _Way(chosen, subject.with_arguments(arguments)))
    return list(ways.values())


def _alternatives(variant: Assignment, subject: Subject) -> Iterator[dict[str, Sequence[str]]]:
    """The arguments of both roles, in every combination; a command that was given has its own."""
    chosen: list[dict[str, Sequence[str]]] = [{}]
    for role, wanted in variant.roles.items():
        own = subject.program(role).language == COMMAND
        options = wanted.alternatives[:1] if own else wanted.alternatives
        chosen = [{**before, role: words} for before in chosen for words in options]
    yield from chosen


def _listener(way: _Way) -> str:
    return way.assignment.server or ""


def _hear(ways: Sequence[_Way], lab: Laboratory) -> list[_Way]:
    """The ways in which the server listens as it should; if there is none, the one in which it came nearest to that."""
    heard: dict[tuple[str, ...], Played] = {}
    tried = []
    for way in ways:
        server = _listener(way)
        words = tuple(way.subject.program(server).arguments)
        if words not in heard:
            heard[words] = lab.play("does it listen", way.subject, way.assignment, f"{server} stays")
        tried.append(replace(way, heard=heard[words]))
    right = [way for way in tried if way.heard and way.heard.transport() == way.assignment.transport]
    return right or [max(tried, key=_nearness)]


def _nearness(way: _Way) -> int:
    played = way.heard
    if played is None or played.listening is None:
        return 1 if played and played.ended(played.server) is None else 0
    return 3 if played.transport() else 2


def _arrive(ways: Sequence[_Way], lab: Laboratory, given: Given, thorough: bool) -> tuple[_Way, list[Copes]]:
    """The first way in which somebody is let in, and how the program copes with the shapes of the accounts file."""
    way, first = _try(ways[0], lab, given)
    ways = [way, *ways[1:]]
    if len(ways) > 1 and not _right(way, first):
        way, first = _elsewhere(ways, first, lab, given)
    copes, shapes = [first], _shapes(way, lab, given)
    if way.assignment.accounts and first.score and (thorough or not first.well):
        copes += [cope(way.subject, way.assignment, lab, shape) for shape in shapes[1:]]
    return way, copes


def _try(way: _Way, lab: Laboratory, given: Given) -> tuple[_Way, Copes]:
    subject, copes = come_in(way.subject, way.assignment, lab, _shapes(way, lab, given)[0])
    return replace(way, subject=subject), copes


def _elsewhere(ways: Sequence[_Way], first: Copes, lab: Laboratory, given: Given) -> tuple[_Way, Copes]:
    """It may be of another variant, or want other arguments: the first way in which all is right, else the likeliest.

    `first`: how the first of the ways went.
    """
    likeliest: tuple[_Way, Copes] | None = None
    for way in _hear(ways, lab):
        known = way.assignment is ways[0].assignment
        pair = (way, first) if known else _try(way, lab, given)
        if _right(*pair):
            return pair
        likeliest = likeliest or pair
    return likeliest or (ways[0], first)


def _shapes(way: _Way, lab: Laboratory, given: Given) -> list[AccountsEnd]:
    """The shapes to look at, that of the sample first: those that the task leaves open."""
    accounts = way.assignment.accounts
    if ENDS in given.values:
        return [shape for shape in SHAPES if shape == given.text(ENDS)]
    if accounts is not None and accounts.ends is not None:
        return [accounts.ends]
    own = lab.sample.endswith("\n")
    return sorted(SHAPES, key=lambda shape: (shape == "newline") is not own)


def _right(way: _Way, first: Copes) -> bool:
    """Whether the server listens as this variant wants it, and somebody came in."""
    there = not way.assignment.server or first.first.transport() == way.assignment.transport
    return there and first.score > 0


def _variant_fact(way: _Way, ways: Sequence[_Way], given: Given, right: bool) -> dict[str, Fact]:
    names = way.assignment.variant_names
    if not names:
        return {}
    if VARIANT in given.values:
        return {VARIANT: Fact(way.assignment.name, f"given in {given.places[VARIANT]}")}
    alike = [name for name in names if _same(way.assignment, way.assignment.variant(name))]
    seen = f"the server listens on its {way.assignment.transport} port when it is started like this"
    if not right:
        seen = "asked for" if len(ways) == 1 else "no variant is seen to fit: the likeliest, or the task's own"
    others = [name for name in alike if name != way.assignment.name]
    # What they ask differently shows in the plays alone: which year it is, a person knows.
    choose = " or ".join(f"--variant {name}" for name in others)
    also = f"; {' and '.join(others)} would look the same: if it is that, say so with {choose}" if others else ""
    return {VARIANT: Fact(way.assignment.name, seen + also)}


def _same(one: Assignment, other: Assignment) -> bool:
    """Whether two variants cannot be told apart from outside."""
    return one.transport == other.transport and all(
        one.roles[role].arguments in wanted.alternatives for role, wanted in other.roles.items())  # fmt: skip


def _troubles(way: _Way, copes: Sequence[Copes], best: Copes) -> Iterator[Trouble]:
    """What hinders, and which shape of the accounts file breaks it."""
    played = way.heard or best.first
    trouble = server_trouble(played, way.assignment)
    if trouble is None and not best.score:
        tries = [(one, handle) for one in (best.again, best.first) if one is not None for handle in (LAST, NEW, MEMBER)
                 if handle in one.recording.began.accounts]  # fmt: skip
        trouble = next(filter(None, (client_trouble(*one, way.assignment) for one in tries)), None)
    if trouble is not None:
        yield trouble
        return
    file = way.assignment.accounts.file if way.assignment.accounts else ""
    if len({one.wrong for one in copes}) == 1 and best.wrong:
        # Whatever the shape: it is not the shape.
        yield Trouble("accounts-broken", f"{file}: {best.wrong}", False, _MEND_ANYWAY)
        return
    for one in copes:
        if one.wrong:
            yield Trouble("accounts-shape", f"{file} {CALLED[one.shape]}: {one.wrong}", False, MEND[one.shape])


def starts(way: Decision) -> dict[str, str]:
    """How each program is started, as one would type it."""
    return {role: command_line(program.template) for role, program in way.subject.programs.items()}
