"""The checker over the forum's model, with all that makes it fast, beside brute force over the same model without."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from harness.judge.concurrency import Operation, check
from scenarios.model import LEAVE, LOGIN, UNCLEAR, Forum, Reply, Request
from tests.harness.judge.concurrency.histories import brute, played

FORUM = Forum({"a": "x", "b": "y"}, "admin")
TITLES = ("t1", "t2")
WEIGHTS = {"CRT": 3, "MSG": 6, "RDT": 5, "EDT": 2, "DLT": 2, "LST": 2, "UPD": 2, "DWN": 2, "RMV": 1, LOGIN: 1, LEAVE: 1,
           UNCLEAR: 0.2, "SHT": 0.3}  # fmt: skip


def _request(chance: random.Random, number: int) -> Request:
    word = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    account, title = chance.choice("abc"), chance.choice(TITLES)
    if word in ("LST", "SHT"):
        return Request(word, account, password="admin")
    if word in (LOGIN, LEAVE):
        return Request(word, account, password=chance.choice("xyz"))
    text = f"text{number}" if word in ("MSG", "EDT") else ""
    file = f"file{chance.randrange(2)}" if word in ("UPD", "DWN") else ""
    return Request(word, account, title, chance.randint(1, 3) if word in ("EDT", "DLT") else 0, text, file,
                   content=chance.choice(["one", "two"]) if word == "UPD" else None)  # fmt: skip


def _answer(state: Any, request: Request) -> Reply:
    """All that could be read of a right answer, some of it unread."""
    accepted = FORUM.step(state, request, Reply(True)) is not None
    if request.word == "LST":
        return Reply(titles=frozenset((title, title in state.threads) for title in TITLES))
    if request.word == "RDT":
        thread = state.threads.get(request.title)
        return Reply(accepted, thread.lines if thread is not None else ())
    if request.word == "DWN" and accepted and request.title in state.threads:
        found = [entry for entry in state.threads[request.title].entries if entry.text == request.file]
        return Reply(True, content=found[0].content if found else None)
    return Reply(accepted)


def _blurred(chance: random.Random, op: Operation) -> Operation:
    """Something of what came back cannot be read."""
    if op.reply is None or chance.random() < 0.6:
        return op
    fields = chance.choice([{"accepted": None}, {"lines": None}, {"titles": None}, {"content": None}])
    return replace(op, reply=replace(op.reply, **fields) if chance.random() < 0.8 else None)


def _spoilt(chance: random.Random, request: Request, reply: Reply) -> Reply:
    if request.word == "RDT" and reply.lines:
        lines = list(reply.lines)
        at = chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.append(lines[at])
            case 2:
                lines.reverse()
            case _:
                lines[at] = replace(lines[at], number=lines[at].number + 1)
        return replace(reply, lines=tuple(lines))
    if request.word == "LST":
        return Reply(titles=frozenset((title, not shown) for title, shown in reply.titles or ()))
    return replace(reply, accepted=not reply.accepted)


class Plain:
    """The same model with nothing that makes it fast."""

    initial = FORUM.initial

    def step(self, state: Any, request: Any, reply: Any) -> Any | None:
        """As the forum's."""
        return FORUM.step(state, request, reply)

    def key(self, request: Any) -> None:
        """One history, one key."""


def _histories(rounds: int, seed: int, size: int, wrong: float) -> Any:
    chance = random.Random(seed)
    for _ in range(rounds):
        history = played(FORUM, _request, chance, size=chance.randint(2, size), clients=chance.randint(2, 6),
                         answer=_answer, spoil=_spoilt, wrong=wrong)  # fmt: skip
        yield [_blurred(chance, op) for op in history]


def agree(rounds: int, seed: int) -> dict[str, int]:
    """Both verdicts on small histories, right and wrong; how many of each there were."""
    seen = {"explained": 0, "unexplained": 0}
    for history in _histories(rounds, seed, 7, 0.6):
        right, verdict = brute(history, Plain()), check(history, FORUM, 60)
        assert verdict.answer == ("explained" if right else "unexplained"), (verdict, history)
        seen[verdict.answer] += 1
    return seen


def test_what_makes_it_fast_changes_no_verdict() -> None:
    """Keys, aspects, guides and contradictions: the same as brute force over all at once."""
    assert min(agree(600, 1).values()) > 50


@pytest.mark.soak
def test_what_makes_it_fast_changes_no_verdict_in_ten_thousand() -> None:
    """The same, more often."""
    assert min(agree(10_000, 2).values()) > 500


def never_accused(rounds: int, seed: int) -> None:
    """Right histories, with answers that are lost or unread, are explained or undecided."""
    for history in _histories(rounds, seed, 60, 0):
        verdict = check(history, FORUM, 2)
        assert verdict.answer != "unexplained", (verdict, history)


def test_the_right_are_never_accused() -> None:
    """Whatever could not be read of what they answered."""
    never_accused(150, 3)


@pytest.mark.soak
def test_the_right_are_never_accused_in_thousands() -> None:
    """The same, more often."""
    never_accused(3_000, 4)
