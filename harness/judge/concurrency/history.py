"""From a recording to a history: who asked what, when, and what came back. What cannot be read is left open.

An operation begins when its request was typed, or was first seen on the wire, and ends when its answer had come: each
noted so that the server's own moment lies inside. Whether it was carried out is read from the wording: like that of
another answer of this very program to such a line, of which it is known. Never by words that this file knows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.events import Exited, FileSeen, LoginTried, Settled, Signalled, Started, Typed
from harness.judge.concurrency.operations import Listing, Model, Operation
from harness.judge.concurrency.search import by_key
from harness.judge.view import View
from harness.scenario.matching import fold, mask
from harness.scenario.model import first_word
from harness.scenario.specification import Specification
from harness.wire import Carried, Linked

Blob = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation, and where it comes from."""

    operation: Operation
    actor: str
    line: str  # as people call it: what was typed
    shown: str = ""
    like: tuple[str, str] = ("", "")  # the command and the masked wording of its answer; ("", ""): nothing was said
    whole: bool = False  # an answer came, all of it


# Keys that submit nothing but an empty line: interrupt, end of input, stop, Enter.
_HARMLESS = (b"\x03", b"\x04", b"\x1a", b"\x1c", b"\r", b"\n")


class History:
    """The operations of one play up to a position. `asked` is in the order in which they were typed.

    `unclear`: why this cannot be all that was asked; nothing may then be held against anybody. "": it is all.
    """

    def __init__(self, view: View, model: Any, accounts: Mapping[str, str] | None, leaving: frozenset[str],
                 end: int) -> None:  # fmt: skip
        self._view, self._end, self._leaving = view, end, leaving
        self._model: Specification = model
        self._links = {e.link: e.actor for e in view.events if isinstance(e, Linked)}
        self.unclear = ""
        self._relayed = view.began.stage == "box"
        self._logins = accounts is not None
        typed, people = list(self._typed()), list(self._entered())
        if self._logins:
            typed += [*people, *self._left()]
        typed.sort(key=lambda one: one.operation.invoked)
        self.asked = self._read(typed)

    @property
    def operations(self) -> list[Operation]:
        """What is held against the model."""
        return [one.operation for one in self.asked]

    # What was asked.

    def _typed(self) -> Iterator[Asked]:
        inside: set[str] = set() if self._logins else set(self._view.began.accounts)
        for at, event in enumerate(self._view.events[: self._end]):
            if isinstance(event, LoginTried) and event.result == "in":
                inside.add(event.actor)
            elif isinstance(event, Started) and self._logins:
                inside.discard(event.actor)
            elif isinstance(event, Typed) and event.what in ("line", "raw", "key") and not event.goes_on:
                self.unclear = self.unclear or self._unaccounted(event, event.actor in inside)
                if event.actor not in inside and event.actor in self._view.began.accounts:
                    self._logins = False  # perhaps a login by hand: who is in when cannot be told any more
                elif event.what == "line" and event.actor in inside:
                    yield from self._asked(at, event)

    def _unaccounted(self, event: Typed, inside: bool) -> str:
        """Why what was typed here may have done something that is no operation of this history; "": it did not."""
        if event.actor not in self._view.began.accounts or event.data in _HARMLESS:
            return ""
        line = event.data.decode(errors="replace")
        if event.what != "line":
            return f"{event.actor} sent bytes that are no line"
        if not line.endswith(("\r", "\n")) or len(line.splitlines()) > 1:
            return f"a line of {event.actor}'s was not typed as one"
        known = self._model.request(line.rstrip("\r\n"), self._view.account(event.actor), _unknown)
        return f"{event.actor} typed a command, and did not log in as the harness does" if known and not inside else ""

    def _asked(self, at: int, event: Typed) -> Iterator[Asked]:
        line = event.data.decode(errors="replace").rstrip("\r\n")
        account = self._view.account(event.actor)
        request = self._model.request(line, account, lambda name: self._sent(event.actor, name))
        if request is None:
            return
        until = self._until(event.actor, at)
        settled = self._settled(event, at, until)
        whole = settled is not None and first_word(line) not in self._leaving and self._is_whole(event, at, settled)
        returned = self._returned(event.actor, at, settled) if settled is not None and whole else None
        shown = self._shown(event.actor, at, until)
        operation = Operation(event.actor, request, None, self._invoked(event.actor, at, until), returned)
        wording = fold(mask(shown, [*self._view.names, *line.split()]))
        kept = whole and bool(wording) and not self._view.capped(event.actor, until)
        yield Asked(operation, event.actor, line, shown, (first_word(line), wording) if kept else ("", ""), whole)

    def _until(self, actor: str, at: int) -> int:
        """Where what `actor` sees no longer answers the line typed at `at`."""
        events = self._view.events
        for later in range(at + 1, self._end):
            event = events[later]
            begins = isinstance(event, Started) or (isinstance(event, Typed) and not event.goes_on)
            if begins and getattr(event, "actor", "") == actor:
                return later
        return self._end

    def _shown(self, actor: str, at: int, until: int) -> str:
        """The answer without what asks for the next line: with that the welcome ended, too."""
        lines, asks = self._view.text(actor, at, until).rstrip().splitlines(), self._view.welcome(actor, at).rstrip()
        for asking in reversed(asks.splitlines()):
            if not lines or lines[-1].strip() != asking.strip():
                break
            lines.pop()
        shown, prompt = "\n".join(lines).strip(), self._view.prompt(actor, at)
        return shown.removesuffix(prompt).strip() if prompt else shown

    def _settled(self, typed: Typed, at: int, until: int) -> Settled | None:
        steps = (typed.step, self._view.top(typed.step))
        found = [e for e in self._view.events[at:until] if isinstance(e, Settled) and e.step in steps]
        return found[-1] if found else None

    def _is_whole(self, typed: Typed, at: int, settled: Settled) -> bool:
        """Whether the answer has come to its end. Who was only watched must ask again as it does after answers."""
        if not settled.watched:
            return typed.actor in settled.asks
        prompt = self._view.prompt(typed.actor, at)
        seen = self._view.text(typed.actor, at, self._until(typed.actor, at)).strip()
        return bool(prompt) and seen.endswith(prompt) and seen != prompt

    def _invoked(self, actor: str, at: int, until: int) -> float:
        """When the first bytes after the line came from this client, or else when it was typed: no later than asked."""
        mine = (e.t for e in self._view.events[at:until] if self._is_of(e, actor, "server"))
        return next(mine, self._typed_at(at))

    def _typed_at(self, at: int) -> float:
        # A line is taken down once it has been typed, and its program may be quicker than that. What was taken down
        # before was before.
        return self._view.events[max(0, at - 1)].t

    def _returned(self, actor: str, at: int, settled: Settled) -> float:
        """When all was still, or else when the last bytes before that came: no earlier than the answer."""
        before = self._view.events[at : self._view.events.index(settled, at)]
        return max((e.t for e in before if self._is_of(e, actor, "client")), default=settled.t)

    def _is_of(self, event: Any, actor: str, to: str) -> bool:
        # Without two networks a program may talk past the relay.
        return self._relayed and isinstance(event, Carried) and event.to == to and self._links.get(event.link) == actor

    # Who came and went.

    def _entered(self) -> Iterator[Asked]:
        events = self._view.events
        for at, event in enumerate(events[: self._end]):
            if not isinstance(event, LoginTried):
                continue
            mine = [e for e in events[self._view.born(event.actor, at) : at] if isinstance(e, Typed)
                    and e.actor == event.actor and e.what in ("name", "password")]  # fmt: skip
            names = [place for place, e in enumerate(mine) if e.what == "name"]
            since = names[-1] if names else 0
            passwords = [e for e in mine[since:] if e.what == "password"] if names else []
            if not passwords and event.result == "refused":
                continue  # refused by its name, or both stood in one line: what it would have changed, it did not
            if not passwords:
                self._logins = False
                return
            password = passwords[-1].data.decode(errors="replace").rstrip("\r\n")
            known = event.result in ("in", "refused")
            request = self._model.login(event.account, password)
            reply = self._model.reply(request, "", event.result == "in", (), _unknown) if known else None
            began = self._typed_at(events.index(mine[since]))
            operation = Operation(event.actor, request, reply, began, event.t if known else None)
            yield Asked(operation, event.actor, f"logs in as {event.account}")

    def _left(self) -> Iterator[Asked]:
        """Clients that ended: the server learns of it at some time after the last thing that was done to them."""
        for at, event in enumerate(self._view.events[: self._end]):
            if isinstance(event, Exited) and event.actor in self._view.began.accounts:
                done = [self._typed_at(place) for place, e in enumerate(self._view.events[:at])
                        if isinstance(e, Typed | Started | Signalled) and e.actor == event.actor]
                tried = [e.account for e in self._view.events[:at] if isinstance(e, LoginTried)
                         and e.actor == event.actor]  # fmt: skip
                for account in dict.fromkeys(tried):
                    request = self._model.leaving(account)
                    operation = Operation(event.actor, request, None, max(done, default=0.0), None)
                    yield Asked(operation, event.actor, f"{event.actor}'s client ends")

    # What came back.

    def _read(self, typed: Sequence[Asked]) -> list[Asked]:
        first = [self._answered(one, None, typed) for one in typed]
        known = learnt(first, self._model)
        return [self._answered(one, known.get(one.like), typed) for one in typed]

    def _answered(self, one: Asked, accepted: bool | None, typed: Sequence[Asked]) -> Asked:
        """The same with its reply, as far as it can be read."""
        if not one.whole or self._view.capped(one.actor, self._end):
            return one
        request = one.operation.request
        reply = self._model.reply(request, one.shown, accepted, [other.operation.request for other in typed],
                                  lambda name: self._fetched(one, name, typed))  # fmt: skip
        return replace(one, operation=replace(one.operation, reply=reply))

    # Files, by a digest of their bytes.

    def _sent(self, actor: str, name: str) -> str | None:
        before, after = self._file("before", actor, name), self._file("after", actor, name)
        if before is None:
            return "" if after is None or after.state == "gone" else None
        same = after is None or after.sha256 == before.sha256
        return before.sha256 or None if before.state == "file" and same else None

    def _fetched(self, one: Asked, name: str, typed: Sequence[Asked]) -> str | None:
        """A file that was not there before, and that one line alone can have brought."""
        naming = [other for other in typed if other.actor == one.actor and name in other.line.split()]
        after = self._file("after", one.actor, name)
        if self._file("before", one.actor, name) is not None or len(naming) != 1:
            return None
        return "" if after is None or after.state == "gone" else after.sha256 or None

    def _file(self, when: str, actor: str, name: str) -> FileSeen | None:
        return next((e for e in self._view.events if isinstance(e, FileSeen) and e.when == when
                     and e.path == f"{actor}/{name}"), None)  # fmt: skip


def learnt(asked: Sequence[Asked], model: Any) -> dict[tuple[str, str], bool]:
    """Which wordings mean that it was done, and which that it was refused: as far as effects and quiet times tell.

    A wording of which both seem true tells nothing.
    """
    told: dict[tuple[str, str], set[bool]] = {}
    for like, accepted in [*_by_effect(asked, model), *_by_quiet(asked, model)]:
        if like != ("", ""):
            told.setdefault(like, set()).add(accepted)
    return {like: accepted.pop() for like, accepted in told.items() if len(accepted) == 1}


def _by_effect(asked: Sequence[Asked], model: Any) -> Iterator[tuple[tuple[str, str], bool]]:
    """What somebody read was taken: its own text stands there, and nobody else sent the same."""
    if not isinstance(model, Listing):
        return
    senders: dict[Hashable, list[Asked]] = {}
    for one in asked:
        text = model.adds(one.operation.request) or model.alters(one.operation.request)
        if text is not None:
            senders.setdefault((_key(model, one), text), []).append(one)
    for one in asked:
        for text in model.shows(one.operation.request, one.operation.reply) or ():
            found = senders.get((_key(model, one), text), [])
            if len(found) == 1:
                yield found[0].like, True


def _by_quiet(asked: Sequence[Asked], model: Any) -> Iterator[tuple[tuple[str, str], bool]]:
    """While requests of one key come one after the other, the model knows what each must be answered."""
    by_operation = {id(one.operation): one for one in asked}
    rules: Model = model
    for key, operations in by_key([one.operation for one in asked], rules).items():
        state = rules.initial
        for op, following in zip(operations, [*operations[1:], None], strict=True):
            beside = following is not None and (op.returned is None or following.invoked <= op.returned)
            if key is None or op.returned is None or beside:
                break
            one = by_operation[id(op)]
            answers = [model.reply(op.request, "", accepted, (), _unknown) for accepted in (True, False)]
            fits = [rules.step(state, op.request, answer) is not None for answer in answers]
            if fits.count(True) == 1:
                yield one.like, fits[0]
            state = rules.step(state, op.request, None)


def _key(model: Any, one: Asked) -> Hashable | None:
    found: Hashable | None = model.key(one.operation.request)
    return found


def _unknown(name: str) -> None:
    """No file is known."""
