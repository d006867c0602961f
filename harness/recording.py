"""A recording: everything that happened in one play, complete, in JSON lines.

What the judge concludes rests on nothing else, so a play can be judged again
next year, by newer rules, without starting a program. One event a line. File
contents past 64 KB lie once each in `blobs/SHA256` beside it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from harness.events import Began, Event, FileSeen
from harness.wire import Carried

# A file up to this size lies in the recording itself; a larger one lies in blobs/SHA256.
INLINE = 64 * 1024

KINDS: dict[str, type[Event]] = {cls.KIND: cls for cls in Event.__subclasses__()}  # those of wire.py too
# The fields that hold bytes. By name: a {"text": ...} elsewhere is a value that a scenario calls "text".
_BYTES = frozenset({"data", "content"})
# What a field of each annotation may hold. (A whole number of seconds is written without its point.)
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,), "int": (int,), "bool": (bool,), "float": (float, int), "bytes": (bytes,),
    "int | None": (int, type(None)), "bytes | None": (bytes, type(None)),
    "list[str]": (list,), "list[int]": (list,), "list[dict[str, Any]]": (list,),
    "dict[str, Any]": (dict,), "dict[str, str]": (dict,), "dict[str, list[str]]": (dict,),
}
E_ = TypeVar("E_", bound=Event)


def encode(event: Event) -> str:
    """One event as one line of JSON. Bytes become text where they are UTF-8, base64 where they are not."""
    body: dict[str, Any] = {"kind": event.KIND}
    for spec in fields(event):
        value = getattr(event, spec.name)
        body[spec.name] = _bytes_out(value) if isinstance(value, bytes) else value
    body["t"] = round(event.t, 6)
    line = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # A file name that is not UTF-8 holds lone surrogates, which no UTF-8 file can: such a line is escaped throughout.
    return line if _is_utf8(line) else json.dumps(body, separators=(",", ":"))


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _bytes_out(value: bytes) -> dict[str, str]:
    try:
        return {"text": value.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def decode(line: str) -> Event:
    """The event that `encode` wrote. Raises ValueError for anything else."""
    try:
        body = json.loads(line)
        kind = KINDS[body.pop("kind")]
        fields_in: dict[str, Any] = {name: _bytes_in(v) if name in _BYTES else v for name, v in body.items()}
        return _checked(kind(**fields_in))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise ValueError(f"not an event of a recording: {line[:80]!r}") from exc


def _checked(event: Event) -> Event:
    """The event, if each field is of its kind: a judge must not stumble over a text where a number belongs."""
    for spec in fields(event):
        fits = _TYPES[str(spec.type)]
        value = getattr(event, spec.name)
        if not isinstance(value, fits) or (isinstance(value, bool) and bool not in fits):
            raise TypeError(f"{spec.name}: {value!r}")
    return event


def _bytes_in(value: dict[str, str] | None) -> bytes | None:
    if value is None:
        return None
    return value["text"].encode("utf-8") if "text" in value else base64.b64decode(value["base64"], validate=True)


@dataclass(slots=True)
class Recording:
    """The events of one play in their order, complete. Judges read it; nobody changes it."""

    events: list[Event] = field(default_factory=list)

    def all(self, kind: type[E_]) -> Iterator[E_]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))

    @property
    def began(self) -> Began:
        """The first event. Raises ValueError for a recording without one."""
        for event in self.all(Began):
            return event
        raise ValueError("this recording has no beginning")

    def save(self, path: Path) -> None:
        """Write JSON lines. Blobs were written when the files were seen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        # At once: whoever is killed meanwhile leaves no half of a recording, nor takes away the one that was there.
        draft = path.with_name(f".{path.name}.part")
        draft.write_text("".join(encode(event) + "\n" for event in self.events), encoding="utf-8")
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Recording:
        """Read what `save` wrote. Raises ValueError, with file:line, for a line that is not an event."""
        events = []
        # Only "\n" ends a line: JSON leaves U+2028 and its like unescaped, and splitlines() would cut there.
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            if line:
                try:
                    events.append(decode(line.decode("utf-8")))
                except UnicodeDecodeError as exc:
                    raise ValueError(f"{path}:{number}: not an event of a recording: this is not UTF-8") from exc
                except ValueError as exc:
                    raise ValueError(f"{path}:{number}: {exc}") from exc
        return cls(events)


class Recorder:
    """Takes the events down while a play runs. The one clock of the play is here.

    `step` is set by the director; whatever the stage notes meanwhile belongs to it.
    `blobs` is the folder for contents past INLINE (None: they are only hashed), and for `shared` ones: the
    programs' own sources, the same in every play.
    """

    def __init__(self, blobs: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._zero = clock()
        self._recording = Recording()
        # What was carried since somebody last looked: as an event each would take ten times as long, while it waits.
        self._carried: list[tuple[float, int | None, int, str, int, bytes | None, str]] = []
        self.blobs = blobs
        self.shared: set[str] = set()
        self.step: int | None = None
        self._kept: set[str] = set()

    @property
    def recording(self) -> Recording:
        """What was taken down so far. (Ask again for what came since: of what the relay carried this makes events.)"""
        if self._carried:
            carried, self._carried = self._carried, []
            self._recording.events += [
                Carried(t=t, step=step, link=link, to=to, size=size, data=data, sha256=digest)
                for t, step, link, to, size, data, digest in carried
            ]
        return self._recording

    def now(self) -> float:
        """Seconds since the recording began."""
        return self._clock() - self._zero

    def note(self, kind: type[E_], **what: Any) -> E_:
        """Take down an event of this kind, now, in the current step."""
        event = kind(t=self.now(), step=self.step, **what)
        self.recording.events.append(event)
        return event

    def carried(self, link: int, to: str, size: int, data: bytes | None, sha256: str = "") -> None:
        """Take down a `Carried`, now: `note`, for what comes ten thousand times a second."""
        self._carried.append((self._clock() - self._zero, self.step, link, to, size, data, sha256))

    @contextlib.contextmanager
    def aside(self) -> Iterator[Recording]:
        """Meanwhile everything is taken down elsewhere: what the harness does after a play is no part of it."""
        kept, self._recording = self.recording, Recording()
        try:
            yield self._recording
        finally:
            _, self._recording = self.recording, kept

    def note_file(self, when: str, path: str, state: str, content: bytes | None = None) -> FileSeen:
        """Take down a file. Each content is kept once; past INLINE, and where it is `shared`, in the blobs."""
        if content is None:
            return self.note(FileSeen, when=when, path=path, state=state)
        digest = hashlib.sha256(content).hexdigest()
        return self.note(
            FileSeen, when=when, path=path, state=state, size=len(content), sha256=digest,
            content=None if digest in self._kept else self._inline(digest, content),
        )  # fmt: skip

    def _inline(self, digest: str, content: bytes) -> bytes | None:
        """Keep a content for the first time: in the event itself, or else in the blobs."""
        self._kept.add(digest)
        if len(content) <= INLINE and digest not in self.shared:
            return content
        if self.blobs is not None:
            self._keep(digest, content)
        return None

    def _keep(self, digest: str, content: bytes) -> None:
        assert self.blobs is not None
        self.blobs.mkdir(parents=True, exist_ok=True)
        blob = self.blobs / digest
        if not blob.exists():
            blob.write_bytes(content)
