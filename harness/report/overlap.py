"""Who asked what at the same time as others, how long that took, and how much was answered in a second. For -v."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from harness.judge.waits import Wait, waits
from harness.report.page import BLANK, Block, Column, Grid, Span, Style, line
from harness.report.report import Played
from harness.report.traffic import milliseconds
from harness.report.words import cut

# So many people have a row of their own; so many commands a column, one for each 10 of the width.
MOST_PEOPLE = 12
_CELL = 10
# Said of the times of a play in which they are not the program's own.
IN_TURN = " (The server's threads were made to answer in turn, which takes longer: these times are not its pace.)"


def overlap(play: Played, width: int) -> list[Block]:
    """Two tables and a sentence; nothing for a play in which no two people asked at once."""
    found = [wait for wait in waits(play.recording.events) if wait.answered is not None]
    beside = overlapping(found)
    if not beside:
        return []
    cast = list(dict.fromkeys([*play.recording.began.accounts, *(wait.actor for wait in found)]))
    quiet = "What people asked, and in brackets how much of it while somebody else was waiting for an answer"
    pace = _throughput(found) + (IN_TURN if play.outcome.in_turn else "")
    return [BLANK, line(Span(quiet, Style.QUIET), indent=2), _people(found, beside, width, cast), BLANK,
            _commands(found, beside), line(Span(pace, Style.QUIET), indent=2)]  # fmt: skip


def overlapping(found: Sequence[Wait]) -> set[Wait]:
    """Those during which somebody else waited, too. `found` is in the order of asking."""
    beside: set[Wait] = set()
    open_now: list[Wait] = []
    for wait in found:
        open_now = [other for other in open_now if _end(other) > wait.asked]
        others = [other for other in open_now if other.actor != wait.actor]
        if others:
            beside.update([wait, *others])
        open_now.append(wait)
    return beside


def _end(wait: Wait) -> float:
    return wait.answered if wait.answered is not None else wait.asked


def _people(found: Sequence[Wait], beside: set[Wait], width: int, cast: Sequence[str]) -> Grid:
    """People x commands: how often, and how often beside another."""
    room = max(2, (width - 20) // _CELL)
    words = [word for word, _ in Counter(wait.word for wait in found).most_common()]
    words, dropped = (words, []) if len(words) <= room else (words[: room - 1], words[room - 1 :])
    people = sorted({wait.actor for wait in found}, key=cast.index)
    named = len(people) if len(people) <= MOST_PEOPLE else MOST_PEOPLE - 1
    people, left = people[:named], people[named:]
    groups = [*({who} for who in people), *([{*left}] if left else [])]
    columns = [Column(""), *(Column(cut(word, 8), right=True) for word in words),
               *([Column("others", right=True)] if dropped else []), Column(share=1)]  # fmt: skip
    kinds = [*({word} for word in words), *([set(dropped)] if dropped else [])]
    rows = [[Span(next(iter(group)) if len(group) == 1 else f"{len(group)} others", Style.TYPED),
             *(_cell([w for w in found if w.actor in group and w.word in kind], beside) for kind in kinds)]
            for group in groups]  # fmt: skip
    return Grid(columns, rows)


def _cell(mine: Sequence[Wait], beside: set[Wait]) -> Span:
    return Span(f"{len(mine)} ({sum(wait in beside for wait in mine)})" if mine else "")


def _commands(found: Sequence[Wait], beside: set[Wait]) -> Grid:
    columns = [Column("command", share=1), *(Column(text, right=True)
               for text in ("count", "at once", "p50", "p95", "max"))]  # fmt: skip
    rows = []
    for word, count in Counter(wait.word for wait in found).most_common():
        mine = [wait for wait in found if wait.word == word]
        times = sorted(wait.seconds for wait in mine)
        together = sum(wait in beside for wait in mine)
        rows.append([Span(cut(word, 40)), Span(f"{count:,}"), Span(f"{together:,}"),
                     *(Span(milliseconds(times, share)) for share in (0.5, 0.95, 1.0))])  # fmt: skip
    return Grid(columns, rows)


def _throughput(found: Sequence[Wait]) -> str:
    """Answers by the time in which at least one was waited for, and how many were at most."""
    turns = sorted([*((wait.asked, 1) for wait in found), *((_end(wait), -1) for wait in found)])
    open_now = list(accumulate(step for _, step in turns))
    busy = sum(later - at for (at, _), (later, _), many in zip(turns, turns[1:], open_now, strict=False) if many)
    rate = f": {len(found) / busy:,.0f} a second" if busy > 0 else ""
    return (f"{len(found):,} answers in {busy * 1000:,.0f} ms in which somebody waited for one{rate}; "
            f"{max(open_now)} at once at most.")  # fmt: skip
