"""What no order can explain, seen directly: in histories of unique texts, in time that is near linear.

Each of these is a theorem about any `Listing` model, so a history that has one needs no search. Where nobody edits or
deletes, a history of posts and reads without any has an order (`order`), which is exact in both directions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from harness.judge.concurrency.operations import Listing, Operation
from harness.judge.concurrency.texts import Seen, Texts, same


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Operations that no order explains together, the one that shows it first; and the texts that it is about.

    `kind`: *unknown* (a read shows what nobody had sent), *refused* (what had been refused), *doubled* (one text
    twice), *order* (two texts the other way round than somebody else saw them, or than they were sent), *lost* (a text
    that had been answered is not there), *gone* (one that somebody saw before).
    """

    kind: str
    operations: Sequence[Operation]
    texts: Sequence[Hashable] = ()


def find_contradiction(texts: Texts, model: Listing) -> Contradiction | None:
    """The first that is found, or None."""
    for check in (strange, _crossed, _lost):
        for found in check(texts, model):
            return found
    return None


def strange(texts: Texts, model: Listing) -> Iterator[Contradiction]:
    """Reads that show what was never sent, or not yet, or refused, or one text twice."""
    known: tuple[Hashable, ...] = ()
    there: set[Hashable] = set()  # all of these
    fine: set[Hashable] = set()
    # Reads come in the order of their answers: what an earlier one was right to show, a later one is.
    for seen in texts.reads:
        if known[: len(seen.texts)] == seen.texts:
            continue
        if seen.texts[: len(known)] != known:
            known, there = (), set()
        rest = seen.texts[len(known) :]
        news = set(rest)
        if len(news) < len(rest) or not news <= fine or not there.isdisjoint(news):
            for text in rest:
                wrong = _doubled(texts, seen, text) if text in there else _unsent(texts, seen, text)
                if wrong is not None:
                    yield wrong
                there.add(text)
            fine |= news
        there |= news
        known = seen.texts


def _unsent(texts: Texts, seen: Seen, text: Hashable) -> Contradiction | None:
    read, at = texts.operations[seen.at], texts.sender(text)
    if at is None:
        return Contradiction("unknown", [read], [text])
    sent = texts.operations[at]
    if read.returned is not None and sent.invoked > read.returned:
        return Contradiction("unknown", [read, sent], [text])
    return Contradiction("refused", [read, sent], [text]) if text in texts.refused else None


def _doubled(texts: Texts, seen: Seen, text: Hashable) -> Contradiction:
    at = texts.sender(text)
    return Contradiction("doubled", [texts.operations[one] for one in (seen.at, at) if one is not None], [text])


def _crossed(texts: Texts, model: Listing) -> Iterator[Contradiction]:
    """Two reads that show two posts in different order, or one that shows them against the order of their times."""
    before = texts.before()
    waiting = {at: len(firsts) for at, firsts in before.items()}
    after: dict[int, list[int]] = {}
    for then, firsts in before.items():
        for first in firsts:
            after.setdefault(first, []).append(then)
    latest: dict[int, tuple[float, int]] = {}  # the latest invocation among those that must come before
    ready = [at for at in after if not waiting.get(at)]
    while ready:
        first = ready.pop()
        mine = max((texts.operations[first].invoked, first), latest.get(first, (-inf, -1)))
        for then in after.get(first, ()):
            latest[then] = max(latest.get(then, (-inf, -1)), mine)
            returned = texts.operations[then].returned
            if returned is not None and returned < latest[then][0]:
                yield _disordered(texts, latest[then][1], then)
            waiting[then] -= 1
            if not waiting[then]:
                ready.append(then)
    ring = {at for at, left in waiting.items() if left}
    if ring:
        yield _ring(texts, ring)


def _disordered(texts: Texts, first: int, then: int) -> Contradiction:
    """A read shows `first` before `then` (or several do, together), and `then` was answered before `first` was sent."""
    posts = {at: text for text, at in texts.adds.items() if at in (first, then)}
    reads = [seen for seen in texts.reads if posts[first] in seen.texts and posts[then] in seen.texts]
    shown = [texts.operations[reads[0].at]] if reads else []
    return Contradiction("order", [*shown, texts.operations[first], texts.operations[then]], list(posts.values()))


def _ring(texts: Texts, ring: set[int]) -> Contradiction:
    """Two reads show two posts in different order; or more of them go round in a ring."""
    told: dict[tuple[Hashable, Hashable], Seen] = {}
    for seen in texts.reads:
        posts = [text for text in seen.texts if texts.adds.get(text) in ring]
        for place, text in enumerate(posts):
            for later in posts[place + 1 : place + 20]:
                other = told.get((later, text))
                if other is not None:
                    ops = [texts.operations[at] for at in (seen.at, other.at, texts.adds[text], texts.adds[later])]
                    return Contradiction("order", ops, [text, later])
                told[text, later] = seen
    reads = [texts.operations[seen.at] for seen in texts.reads if any(texts.adds.get(t) in ring for t in seen.texts)]
    return Contradiction("order", reads + [texts.operations[at] for at in sorted(ring)])


def _lost(texts: Texts, model: Listing) -> Iterator[Contradiction]:
    """Reads without a text that had been answered, or seen, and that nobody can have taken away by then."""
    takers = texts.first_takers()
    # A text stands from the answer to its post, or from the answer to the first read that shows it.
    since: dict[Hashable, tuple[float, int, str]] = {}
    for text, at in texts.adds.items():
        returned = texts.operations[at].returned
        if returned is not None and texts.must_be_done(at, model):
            since[text] = returned, at, "lost"
    last: tuple[Hashable, ...] = ()
    for seen in texts.reads:  # in the order of their answers, so the first that shows a text is the one
        returned = texts.operations[seen.at].returned
        news, last = seen.texts[same(last, seen.texts) :], seen.texts
        for text in news:
            if returned is not None and text in texts.adds and returned < since.get(text, (inf,))[0]:
                since[text] = returned, seen.at, "gone"
    standing = sorted(((time, text) for text, (time, _, _) in since.items()), key=lambda one: one[0])
    there: set[Hashable] = set()
    at_post = 0
    for seen in sorted(texts.reads, key=lambda seen: texts.operations[seen.at].invoked):
        read = texts.operations[seen.at]
        while at_post < len(standing) and standing[at_post][0] < read.invoked:
            there.add(standing[at_post][1])
            at_post += 1
        for text in there.difference(seen.texts):
            assert read.returned is not None
            if read.returned < takers[text]:
                _, witness, kind = since[text]
                operations = [read, texts.operations[witness], texts.operations[texts.adds[text]]]
                yield Contradiction(kind, list(dict.fromkeys(operations)), [text])
            elif read.invoked > takers[text]:
                there.discard(text)  # perhaps taken: nothing is known of it any more


def order(texts: Texts, model: Listing) -> list[int] | Contradiction:
    """Where nothing is ever taken away: the order that the reads tell, or why there is none.

    Every read shows the beginning of the longest. So a post has its place by where it stands in there, a read by how
    much it shows, and what nobody saw comes last; that leaves no choice but among those of one place.
    """
    ops = texts.operations
    longest = max(texts.reads, key=lambda seen: len(seen.texts), default=Seen(-1, ()))
    for seen in texts.reads:
        if longest.texts[: len(seen.texts)] != seen.texts:
            return _parted(texts, seen, longest)
    ranked: list[tuple[int, int, float, int]] = [
        (len(seen.texts), 1, ops[seen.at].invoked, seen.at) for seen in texts.reads
    ]
    shown = {text: place for place, text in enumerate(longest.texts, 1)}
    for text, at in texts.adds.items():
        if text in shown:
            ranked.append((shown[text], 0, ops[at].invoked, at))
        elif texts.must_be_done(at, model):
            ranked.append((len(shown) + 1, 0, ops[at].invoked, at))
    ranked.sort()
    latest, holder = -inf, -1
    for *_, at in ranked:
        returned = ops[at].returned
        if returned is not None and returned < latest:
            return _too_late(texts, longest, holder, at)
        if ops[at].invoked > latest:
            latest, holder = ops[at].invoked, at
    return [at for *_, at in ranked]


def _parted(texts: Texts, one: Seen, other: Seen) -> Contradiction:
    """Two reads of which neither is the beginning of the other."""
    place = next(at for at, text in enumerate(one.texts) if other.texts[at : at + 1] != (text,))
    here, there = one.texts[place], other.texts[place]
    senders = [texts.operations[texts.adds[text]] for text in (here, there) if text in texts.adds]
    kind = "order" if here in other.texts and there in one.texts else "gone"
    return Contradiction(kind, [texts.operations[one.at], texts.operations[other.at], *senders], [here, there])


def _too_late(texts: Texts, longest: Seen, first: int, then: int) -> Contradiction:
    """`first` must come before `then`, by what the reads show; and it was invoked when `then` had returned."""
    posts = {at: text for text, at in texts.adds.items() if at in (first, then)}
    ops = [texts.operations[first], texts.operations[then]]
    if first in posts and then in posts:
        return Contradiction("order", [texts.operations[longest.at], *ops], list(posts.values()))
    if first in posts:
        return Contradiction("unknown", [ops[1], ops[0]], list(posts.values()))
    if then in posts:
        return Contradiction("lost", ops, list(posts.values()))
    return Contradiction("gone", ops)
