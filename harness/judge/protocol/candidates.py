"""Which ways of framing are worth a try: guessed from the turns, for in a dialogue most turns are one message."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import product
from math import gcd
from typing import TypeVar

from harness.judge.protocol.cutters import Cutter, Digits, Headed, Json, Length, Taken, is_text

Way = TypeVar("Way")  # the fields of one way of framing

# More turns than this teach nothing new.
SAMPLES = 200
# A header before the length is short, and so is what a length does not count of its own message.
_DEEPEST_LENGTH = 16
_EXTRAS = 16
_BEST = 6
_LINKS = 32
_WIDTHS = ((8, True), (8, False), (4, True), (4, False), (2, True), (2, False), (1, True))
# What may begin a mark that ends messages; a prompt ends in one of the others.
_MARK = re.compile(rb"[^\w .,?!:>)\x80-\xff]")
_DIGITS = re.compile(rb"\d{1,10}")
_HEAD_ENDS = (b"\r\n\r\n", b"\n\n", b"\r\n", b"\n")
_SEPARATORS = (b"\r\n", b"\n", b":", b" ", b"|", b",", b";", b"#", b"\0", b"\t")


def is_lines(samples: Sequence[bytes]) -> bool:
    """Whether all is text that ends in a newline: what looks like a length in it is a letter."""
    return bool(samples) and all(turn.endswith(b"\n") and is_text(turn) for turn in samples)


def json_between(samples: Sequence[bytes]) -> bytes | None:
    """What stands behind each JSON text; None: these turns are not JSON."""
    found: Counter[bytes] = Counter()
    for turn in samples:
        taken = Json().take(turn, 0)
        if isinstance(taken, Taken):
            found[_gap(turn, taken.stop)] += 1
    if found.total() * 5 < len(samples) * 3 or not found:
        return None
    return found.most_common(1)[0][0]


def _gap(turn: bytes, stop: int) -> bytes:
    """What stands from here to the next text, or to the end if that is near."""
    rest = turn[stop : stop + 9]
    end = min((place for mark in (b"{", b"[") if (place := rest.find(mark)) >= 0), default=len(rest))
    if rest[:2] == b"\r\n":
        return b"\r\n"
    if rest[:1] == b"\n":
        return b"\n"
    return rest[:end] if end <= 8 and not rest[:end].isalnum() else b""


def lengths(samples: Sequence[bytes]) -> list[Length]:
    """Numbers in binary that are right about the size of many turns, the best first."""
    if not samples or all(is_text(turn) for turn in samples):
        return []
    sizes: defaultdict[tuple[int, int, bool, int], list[int]] = defaultdict(list)
    for turn in samples:
        for offset in range(min(_DEEPEST_LENGTH, len(turn))):
            for width, big in _WIDTHS:
                head = offset + width
                number = int.from_bytes(turn[offset:head], "big" if big else "little")
                extra = len(turn) - head - number
                if head > len(turn) or not number:
                    continue
                # It counts what follows it, or the whole message with itself. A turn may also be several messages.
                if 0 <= extra <= _EXTRAS or extra == -head:
                    sizes[offset, width, big, extra].append(len(turn))
                elif extra > 0:
                    for extra in (0, -head):
                        if _chain(Length(offset, width, big, extra), turn):
                            sizes[offset, width, big, extra].append(len(turn))
    return [Length(*way) for way in _best(sizes, len(samples), lambda way: (-way[0], way[1], -abs(way[3])),
                                          lambda way: way[1] >= 4)]  # fmt: skip


def _chain(cutter: Cutter, turn: bytes) -> bool:
    """Whether messages with such a length fill this turn."""
    at = 0
    for _ in range(_LINKS):
        taken = cutter.take(turn, at)
        if not isinstance(taken, Taken) or taken.end <= at or taken.end > len(turn):
            return False
        at = taken.end
        if at == len(turn):
            return True
    return False


def digits(samples: Sequence[bytes]) -> list[Digits]:
    """Numbers in digits that are right about the size of many turns, the best first."""
    sizes: defaultdict[tuple[int, int, bytes, int], list[int]] = defaultdict(list)
    for turn in samples:
        for offset in range(5):
            found = _DIGITS.match(turn, offset)
            if found is None or (offset and 48 <= turn[offset - 1] <= 57):
                continue
            for width in range(2, found.end() - offset + 1):
                _measure(sizes, turn, (offset, width, b""), offset + width, int(turn[offset : offset + width]))
            separator = next((one for one in _SEPARATORS if turn.startswith(one, found.end())), b"")
            if separator:
                _measure(sizes, turn, (offset, 0, separator), found.end() + len(separator), int(found.group()))
    return [Digits(*way) for way in _best(sizes, len(samples), lambda way: (way[1], len(way[2]), -way[0]),
                                          lambda way: way[1] >= 4 or bool(way[2]))]  # fmt: skip


def headed(samples: Sequence[bytes]) -> list[Headed]:
    """Texts that tell of the content behind them, right about the size of many turns, the best first."""
    sizes: defaultdict[tuple[bytes, int], list[int]] = defaultdict(list)
    # Content may be followed by a newline of its own, which it does not count.
    for end, extra in product(_HEAD_ENDS, range(3)):
        cutter = Headed(end, extra)
        for turn in samples:
            told = cutter.take(turn, 0)
            # A line that ends in 0 tells nothing yet.
            if isinstance(told, Taken) and told.stop > turn.find(end) + len(end) and _chain(cutter, turn):
                sizes[end, extra].append(len(turn))
    return [Headed(*way) for way in _best(sizes, len(samples), lambda way: (len(way[0]), -way[1]), lambda _: False)]


def _measure(sizes: defaultdict[tuple[int, int, bytes, int], list[int]], turn: bytes, way: tuple[int, int, bytes],
             head: int, number: int) -> None:  # fmt: skip
    extra = len(turn) - head - number
    if number and (0 <= extra <= 2 or extra == -head):
        sizes[(*way, extra)].append(len(turn))


def _best(sizes: Mapping[Way, Sequence[int]], turns: int, preference: Callable[[Way], tuple[int, ...]],
          telling: Callable[[Way], bool]) -> list[Way]:  # fmt: skip
    """The ways that were right most often. One that was right about one size only may be right by chance."""
    right = {way: found for way, found in sizes.items()
             if len(found) * 3 >= turns and (len(set(found)) > 1 or (turns <= 2 and telling(way)))}  # fmt: skip
    return sorted(right, key=lambda way: (len(right[way]), *preference(way)), reverse=True)[:_BEST]


def custom_end(samples: Sequence[bytes]) -> bytes:
    """What each turn ends in, if that is a mark and no letter, such as "<EOF>" or "|"; b"" if there is none."""
    if len(set(samples)) < 3:
        return b""
    first, last = min(tails := [turn[::-1][:16] for turn in samples]), max(tails)
    same = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    common = first[:same][::-1]
    found = _MARK.search(common)
    end = common[found.start() :] if found else b""
    return end if end and not end.endswith(b" ") else b""


def record_size(samples: Iterable[bytes]) -> int:
    """The size that all turns are a multiple of, if it is no accident; 0 if there is none."""
    sizes = [len(turn) for turn in samples]
    one = reduce(gcd, sizes, 0)
    padded = all(turn[-1:] in (b"\0", b" ") for turn in samples)
    enough = len(sizes) >= 3 and len(set(samples)) >= 3
    return one if enough and one >= 8 and (padded or len(sizes) >= 8 or len(set(sizes)) > 2) else 0
