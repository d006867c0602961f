"""The forum of the brief as a pure, sequential specification: what one request does, and how it may be answered.

Written from the brief alone, for the question "does one order explain every answer?". Wording is free there, so an
answer is what could be *read* of it, each part possibly unknown (None), which then fits always. Where the brief leaves
open what a program does (a title outside of the alphabet, a second upload of one name, spaces at odd places) the
model knows nothing any more of the thread concerned: whatever is answered fits.

Used by `one order explains every answer` (assignment.yaml names this file). Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

# Requests that are typed are known by their command, the others by these words.
LOGIN, LEAVE, UNCLEAR = "login", "leave", "unclear"

# A command's arguments, in their order; `text` is the rest of the line.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "CRT": ("title",), "LST": (), "MSG": ("title", "text"), "RDT": ("title",), "EDT": ("title", "number", "text"),
    "DLT": ("title", "number"), "UPD": ("title", "file"), "DWN": ("title", "file"), "RMV": ("title",),
    "XIT": (), "SHT": ("password",),
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z0-9!@#$%.?,]+")
_TEXT = re.compile(r"[A-Za-z0-9!@#$%.?,]+( [A-Za-z0-9!@#$%.?,]+)*")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for. `content`: a digest of the file that is uploaded; None: unknown, "": there is none."""

    word: str
    account: str = ""
    title: str = ""
    number: int = 0
    text: str = ""
    file: str = ""
    content: str | None = None
    password: str = ""
    line: str = field(default="", compare=False)  # as it was typed


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a thread: a message with its number, or (number 0) the record of an upload with the file's name."""

    number: int
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What could be read of an answer. `lines` (): none were shown, be it that there are none or no such thread."""

    accepted: bool | None = None
    lines: tuple[Line, ...] | None = None  # RDT
    titles: frozenset[tuple[str, bool]] | None = None  # LST: titles, and whether each was shown; others: unknown
    content: str | None = None  # DWN: a digest of the file as it arrived


UNREAD = Reply()


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, or an upload with a digest of what was uploaded."""

    author: str
    text: str
    uploaded: bool = False
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread: who made it, and what is in it. `unclear`: the brief does not say what became of it."""

    creator: str
    entries: tuple[Entry, ...] = ()
    unclear: bool = False

    @property
    def lines(self) -> tuple[Line, ...]:
        """What RDT shows: messages numbered from 1, uploads between them without a number."""
        shown, number = [], 0
        for entry in self.entries:
            number += not entry.uploaded
            shown.append(Line(0 if entry.uploaded else number, entry.author, entry.text))
        return tuple(shown)

    def find(self, number: int) -> int | None:
        """Where the message of this number stands."""
        places = [at for at, entry in enumerate(self.entries) if not entry.uploaded]
        return places[number - 1] if 1 <= number <= len(places) else None


@dataclass(frozen=True, slots=True)
class State:
    """All that the forum knows."""

    threads: Mapping[str, Thread]
    accounts: Mapping[str, str | None]  # None: it is not known whether it is in
    online: frozenset[str] = frozenset()
    closed: bool = False

    def __hash__(self) -> int:
        threads, accounts = frozenset(self.threads.items()), frozenset(self.accounts.items())
        return hash((threads, accounts, self.online, self.closed))

    def having(self, title: str, thread: Thread | None) -> State:
        """The same with this thread, or without one of that title."""
        others = {name: one for name, one in self.threads.items() if name != title}
        return replace(self, threads=others if thread is None else {**others, title: thread})


class Forum:
    """The model: `step` is the brief. Requests of different threads or accounts do not touch each other."""

    exact = False

    def __init__(self, accounts: Mapping[str, str] | None = None, admin_password: str | None = None) -> None:
        self.initial = State({}, dict(accounts or {}))
        self._admin_password = admin_password
        self._rules: Mapping[str, Callable[[State, Request, Reply], State | None]] = {
            "CRT": self._create, "LST": self._list, "MSG": self._post, "RDT": self._read, "EDT": self._edit,
            "DLT": self._delete, "UPD": self._upload, "DWN": self._download, "RMV": self._remove, "SHT": self._shut,
            LOGIN: self._login, LEAVE: self._leave, "XIT": self._leave, UNCLEAR: self._blur,
        }  # fmt: skip

    def step(self, state: State, request: Request, reply: Reply | None) -> State | None:
        """The state after this answer to this request; None: it would not be answered so."""
        reply = reply or UNREAD
        thread = state.threads.get(request.title)
        if state.closed or (thread is not None and thread.unclear):
            return state
        return self._rules[request.word](state, request, reply)

    # The rules: first whether it is refused, then what it changes.

    def _create(self, state: State, request: Request, reply: Reply) -> State | None:
        there = request.title in state.threads
        after = state if there else state.having(request.title, Thread(request.account))
        return _answered(reply, not there, after)

    def _post(self, state: State, request: Request, reply: Reply) -> State | None:
        thread = state.threads.get(request.title)
        if thread is None:
            return _answered(reply, False, state)
        entries = (*thread.entries, Entry(request.account, request.text))
        return _answered(reply, True, state.having(request.title, replace(thread, entries=entries)))

    def _own(self, state: State, request: Request) -> tuple[Thread, int] | None:
        """The thread, and where in it the message stands that this user may change."""
        thread = state.threads.get(request.title)
        at = thread.find(request.number) if thread is not None else None
        if thread is None or at is None or thread.entries[at].author != request.account:
            return None
        return thread, at

    def _edit(self, state: State, request: Request, reply: Reply) -> State | None:
        own = self._own(state, request)
        if own is None:
            return _answered(reply, False, state)
        thread, at = own
        entries = (*thread.entries[:at], Entry(request.account, request.text), *thread.entries[at + 1 :])
        return _answered(reply, True, state.having(request.title, replace(thread, entries=entries)))

    def _delete(self, state: State, request: Request, reply: Reply) -> State | None:
        own = self._own(state, request)
        if own is None:
            return _answered(reply, False, state)
        thread, at = own
        entries = thread.entries[:at] + thread.entries[at + 1 :]
        return _answered(reply, True, state.having(request.title, replace(thread, entries=entries)))

    def _list(self, state: State, request: Request, reply: Reply) -> State | None:
        if request.title:  # of one title alone: whether it was shown
            return _answered(reply, request.title in state.threads, state)
        for title, shown in reply.titles or ():
            if shown is not (title in state.threads) and not (title in state.threads and state.threads[title].unclear):
                return None
        return state

    def _read(self, state: State, request: Request, reply: Reply) -> State | None:
        thread = state.threads.get(request.title)
        lines = thread.lines if thread is not None else ()
        return _answered(reply, thread is not None, state) if reply.lines in (None, lines) else None

    def _upload(self, state: State, request: Request, reply: Reply) -> State | None:
        thread = state.threads.get(request.title)
        if thread is None or request.content == "":
            return _answered(reply, False, state)
        if any(entry.uploaded and entry.text == request.file for entry in thread.entries):
            # "May be assumed unique": whether a second one is refused, or replaces the first, is not said.
            return state if reply.accepted is False else state.having(request.title, replace(thread, unclear=True))
        entries = (*thread.entries, Entry(request.account, request.file, True, request.content))
        return _answered(reply, True, state.having(request.title, replace(thread, entries=entries)))

    def _download(self, state: State, request: Request, reply: Reply) -> State | None:
        thread = state.threads.get(request.title)
        entries = thread.entries if thread is not None else ()
        found = next((entry for entry in entries if entry.uploaded and entry.text == request.file), None)
        if found is None:
            return _answered(reply, False, state) if reply.content is None else None
        differs = None not in (found.content, reply.content) and found.content != reply.content
        return None if differs else _answered(reply, True, state)

    def _remove(self, state: State, request: Request, reply: Reply) -> State | None:
        thread = state.threads.get(request.title)
        mine = thread is not None and thread.creator == request.account
        return _answered(reply, mine, state.having(request.title, None) if mine else state)

    def _shut(self, state: State, request: Request, reply: Reply) -> State | None:
        right = request.password == self._admin_password
        return _answered(reply, right, replace(state, closed=True) if right else state)

    def _login(self, state: State, request: Request, reply: Reply) -> State | None:
        name = request.account
        password = state.accounts.get(name, request.password)
        if password is None:
            return state
        if name in state.online or password != request.password:
            return _answered(reply, False, state)
        within = replace(state, accounts={**state.accounts, name: password}, online=state.online | {name})
        if name in state.accounts and name not in self.initial.accounts and not reply.accepted:
            # Two may register one name. Who came too late may be refused for that, or be let in by the password.
            unknown: dict[str, str | None] = {**state.accounts, name: None}
            return state if reply.accepted is False else replace(state, accounts=unknown)
        return _answered(reply, True, within)

    def _leave(self, state: State, request: Request, reply: Reply) -> State | None:
        return replace(state, online=state.online - {request.account}) if request.account in state.online else state

    def _blur(self, state: State, request: Request, reply: Reply) -> State | None:
        """Something that the brief does not speak of."""
        return state.having(request.title, Thread("", unclear=True))

    # From what is typed to a request, and from what is shown to a reply.

    def request(self, line: str, account: str, sent: Callable[[str], str | None] = lambda name: None) -> Request | None:
        """What a typed line asks for; None: nothing that could change or show anything.

        `sent`: a digest of a file in that person's folder, "" if there is none, None if that is not known.
        """
        word, *given = line.split(" ")
        names = self._arguments(word)
        if names is None:
            # Lower case is allowed to mean the same, and is not asked for.
            return self._unclear(line, account) if self._arguments(word.upper().strip()) is not None else None
        values = line.split(" ", len(names))[1:] if "text" in names else given
        found = dict(zip(names, values, strict=False))
        if len(values) != len(names) or not all(_fits(name, value) for name, value in found.items()):
            return self._unclear(line, account)
        request = Request(
            word, account, found.get("title", ""), int(found.get("number", "0")), found.get("text", ""),
            found.get("file", ""), password=found.get("password", ""), line=line,
        )  # fmt: skip
        if word == "UPD":
            content = sent(request.file)
            return self._unclear(line, account) if content is None else replace(request, content=content)
        return request

    def _arguments(self, word: str) -> tuple[str, ...] | None:
        return None if word == "SHT" and self._admin_password is None else ARGUMENTS.get(word)

    def _unclear(self, line: str, account: str) -> Request | None:
        """A line with something that the brief leaves open: nothing is known of the thread that it may be about."""
        words = line.split()
        return Request(UNCLEAR, account, words[1], line=line) if len(words) > 1 else None

    def login(self, account: str, password: str) -> Request:
        """Somebody logs in."""
        return Request(LOGIN, account, password=password, line=f"(logs in as {account})")

    def leaving(self, account: str) -> Request:
        """Somebody's client ended: at some time after that the server knows."""
        return Request(LEAVE, account, line=f"({account}'s client ends)")

    def reply(self, request: Request, shown: str, accepted: bool | None, others: Iterable[Request],
              fetched: Callable[[str], str | None] = lambda name: None) -> Reply:
        """What a whole answer tells. `accepted`: as far as its wording is known; `others`: all requests there were.

        `fetched`: a digest of a file that came to that person's folder, "" if there is none, None if not known.
        """
        match request.word:
            case "RDT":
                lines = _lines(shown, list(others))
                return Reply(True if lines else accepted, lines)
            case "LST":
                titles = {other.title for other in others if other.word == "CRT"}
                told = ((title, _shows(shown, title)) for title in titles)
                return Reply(titles=frozenset((title, is_shown) for title, is_shown in told if is_shown is not None))
            case "DWN":
                content = fetched(request.file)
                return Reply(True if content else accepted, content=content or None)
        return Reply(accepted)

    # What makes a check faster (harness.judge.concurrency): none of it changes a verdict.

    def key(self, request: Request) -> Hashable | None:
        """A thread, or an account; listing threads and shutting down touch everything."""
        if request.word in (LOGIN, LEAVE, "XIT"):
            return "account", request.account
        return ("thread", request.title) if request.title else None

    def aspect(self, request: Request, reply: Reply | None, key: Hashable) -> tuple[Request, Reply] | None:
        """What a list of titles says of one thread; a shutdown is the same for everybody."""
        reply = reply or UNREAD
        if request.word != "LST":
            return request, reply
        title = key[1] if isinstance(key, tuple) and key[0] == "thread" else ""
        shown = dict(reply.titles or ()).get(title)
        return None if shown is None else (replace(request, title=title), Reply(shown))

    def changes(self, request: Request, reply: Reply | None) -> bool:
        """Neither what only looks, nor what is refused."""
        looks = request.word in ("LST", "RDT", "DWN")
        return not looks and (reply is None or reply.accepted is not False or request.word in (LEAVE, "XIT", UNCLEAR))

    def adds(self, request: Request) -> Hashable | None:
        """Messages and records of uploads stand at the end."""
        if self._ends_knowledge(request):
            return UNCLEAR
        if request.word == "UPD":
            return "file", request.file
        return ("message", request.account, request.text) if request.word == "MSG" else None

    def alters(self, request: Request) -> Hashable | None:
        """An edit writes a message anew."""
        if self._ends_knowledge(request):
            return UNCLEAR  # as it `adds` the same, nobody takes these texts for unique
        return ("message", request.account, request.text) if request.word == "EDT" else None

    def _ends_knowledge(self, request: Request) -> bool:
        return request.word == UNCLEAR or (request.word == "SHT" and request.password == self._admin_password)

    def removes(self, request: Request) -> bool:
        """Edits, deletes, and whoever removes the whole thread."""
        return request.word in ("EDT", "DLT", "RMV")

    def owner(self, request: Request) -> Hashable | None:
        """Everybody edits and deletes their own; a removed thread takes all with it."""
        return None if request.word == "RMV" else request.account

    def shows(self, request: Request, reply: Reply | None) -> Sequence[Hashable] | None:
        """What was read, as `adds` and `alters` know it."""
        if request.word != "RDT" or reply is None or reply.lines is None:
            return None
        return [("message", line.author, line.text) if line.number else ("file", line.text) for line in reply.lines]

    def rows(self, state: State, request: Request) -> Sequence[Hashable]:
        """The entries of the thread as `shows` knows them; none where the brief does not say what became of it."""
        thread = state.threads.get(request.title)
        if thread is None or thread.unclear or state.closed:
            return ()
        return [("file", entry.text) if entry.uploaded else ("message", entry.author, entry.text)
                for entry in thread.entries]  # fmt: skip

    def takes(self, state: State, request: Request) -> int | None:
        """Where the message stands that this edit or delete is about."""
        own = self._own(state, request) if request.word in ("EDT", "DLT") and not state.closed else None
        return own[1] if own is not None and not own[0].unclear else None

    def accepted(self, request: Request, reply: Reply | None) -> bool | None:
        """What the reply says of that."""
        return reply.accepted if reply is not None else None

    # For sentences.

    def item(self, request: Request) -> str:
        """What has a number is a message; uploads have none."""
        return "message"

    def where(self, request: Request) -> str:
        """In which thread."""
        return f"in thread {request.title}" if request.title else ""

    def wins(self, request: Request) -> Hashable | None:
        """A title, and the name one is logged in under."""
        kinds = {"CRT": f"thread {request.title}", LOGIN: f"a login as {request.account}"}
        return kinds.get(request.word)

    def frees(self, request: Request) -> Hashable | None:
        """Removed threads may be created again, and who left may come back."""
        if request.word in ("RMV", UNCLEAR):
            return f"thread {request.title}"
        return f"a login as {request.account}" if request.word in ("XIT", LEAVE) else None

    def numbers(self, request: Request, reply: Reply | None) -> Sequence[tuple[int, Hashable]]:
        """Those of the messages that were read."""
        lines = reply.lines if reply is not None and reply.lines else ()
        return [(line.number, ("message", line.author, line.text)) for line in lines if line.number]

    def scraps(self, request: Request, shown: str, others: Iterable[Request]) -> list[tuple[str, str]]:
        """Pieces of messages on a screen, each with the whole: what was read while it was being written.

        Only what cannot be a line that something else was printed into: its other piece stands nowhere.
        """
        texts = {(other.account, other.text) for other in others if other.text}
        found = []
        for line in (" ".join(raw.split()) for raw in shown.splitlines() if request.word == "RDT"):
            message = _MESSAGE.fullmatch(line)
            if message is None or (message[2], message[3]) in texts:
                continue
            for author, text in sorted(texts):
                piece = message[3]
                rest = text.removeprefix(piece) if text.startswith(piece) else text.removesuffix(piece)
                if author == message[2] and piece and rest != text and rest.strip() not in shown:
                    found.append((piece, text))
        return found


def _answered(reply: Reply, right: bool, after: State) -> State | None:
    return after if reply.accepted in (None, right) else None


def _fits(name: str, value: str) -> bool:
    """Whether the brief says what this argument means."""
    if name == "text":
        return _TEXT.fullmatch(value) is not None
    if name == "number":
        return _NUMBER.fullmatch(value) is not None
    if name == "password":
        return bool(value)
    # A title is a file's name in the server's folder, where its own program and the accounts lie.
    own = name == "title" and ("." in value or value.lower() in ("server", "client", "makefile"))
    return _WORD.fullmatch(value) is not None and not own


_MESSAGE = re.compile(r"([0-9]+) (\S+): ?(.*)")
_UPLOAD = re.compile(r"(\S+) uploaded (\S+)")


def _lines(shown: str, others: Sequence[Request]) -> tuple[Line, ...] | None:
    """The lines of a thread on somebody's screen, if it is certain that these are all of them, and what they say.

    A title above them, or a remark that there are none, is left out. None: something is there that might be one.
    """
    names = {other.account for other in others}
    texts = {other.text for other in others if other.text}
    files = {other.file for other in others if other.word == "UPD"}
    found = []
    for line in (" ".join(raw.split()) for raw in shown.splitlines()):
        message, upload = _MESSAGE.fullmatch(line), _UPLOAD.fullmatch(line)
        if message and message[2] in names and message[3] in texts:
            found.append(Line(int(message[1]), message[2], message[3]))
        elif upload and upload[1] in names and upload[2] in files:
            found.append(Line(0, upload[1], upload[2]))
        elif " uploaded " in line or (message and message[2] in names) or any(_has(line, text) for text in texts):
            return None
    return tuple(found)


def _has(line: str, text: str) -> bool:
    """Whether a line has this text in it, as whole words."""
    return text in line and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", line) is not None


def _shows(shown: str, title: str) -> bool | None:
    """Whether a list of titles shows this one: on a line of its own; None: it stands somewhere else in it."""
    if any(" ".join(line.split()) == title for line in shown.splitlines()):
        # A number of one or two digits may be how many there are.
        return None if title.isdecimal() and len(title) < 3 else True
    return None if title in shown else False


def model(accounts: Mapping[str, str], values: Mapping[str, str]) -> Forum:
    """The model of one play: the accounts that there are at its beginning, and the values of the assignment."""
    return Forum(accounts, values.get("admin_password"))
