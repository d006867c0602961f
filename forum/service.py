"""The rules: what the server answers to each request. No socket, no disk, no terminal in here.

One lock makes each request whole. It is never held over I/O: what a rule changes in the
folder it only notes (`Storage.want`), and the worker carries it out after the lock.
"""

from collections.abc import Callable
from itertools import count
from threading import Lock

from .accounts import CREDENTIALS, Accounts, is_word
from .board import Board, ForumError, ForumThread, is_message_text
from .messages import Message, Status
from .names import stored_name
from .peer import seal
from .storage import Content, Storage
from .turns import MAY_SAY, State, next_state
from .visitor import Upload, Visitor


class Closed(Exception):
    """The forum has been shut down; nothing is answered any more."""


class Service:
    """The door to the forum: one request at a time goes through."""

    def __init__(self, storage: Storage, admin_password: str) -> None:
        self._lock = Lock()
        self._storage = storage
        self._admin_password = admin_password
        self._accounts = Accounts(storage.read_credentials())
        self._board = Board()
        self._online: dict[str, Visitor] = {}
        self._closed = False
        self._introductions = count(1)

    def handle(self, visitor: Visitor, request: Message) -> Message:
        """Carry out one request and return the answer. Whole requests never interleave."""
        rule = _RULES.get(request.status)
        if rule is None or request.status not in MAY_SAY[visitor.state]:
            return Message(Status.OUT_OF_TURN, word=request.status.name)
        # A look at the disk, so before the lock. Should a foreign file appear after it,
        # settling refuses to overwrite it.
        foreign = request.status in _NAMES_A_FILE and self._storage.is_foreign(_NAMES_A_FILE[request.status](request))
        with self._lock:
            if self._closed:
                raise Closed
            try:
                answer = _refuse_foreign(request) if foreign else rule(self, visitor, request)
            except ForumError as refusal:
                answer = refusal.answer
            visitor.state = next_state(visitor.state, answer.status)
        return answer

    def leave(self, visitor: Visitor) -> None:
        """Forget a connection that has ended; its name is free from now on."""
        with self._lock:
            visitor.state = State.GONE
            if self._online.get(visitor.user) is visitor:
                del self._online[visitor.user]

    # Login

    def _username(self, visitor: Visitor, request: Message) -> Message:
        visitor.name = name = request.text("user")
        if name in self._online:
            return Message(Status.ALREADY_LOGGED_IN, user=name)
        if name in self._accounts:
            return Message(Status.USER_EXIST, user=name)
        return Message(Status.NEW_USER, user=name) if is_word(name) else Message(Status.NAME_REFUSED)

    def _password(self, visitor: Visitor, request: Message) -> Message:
        if not self._accounts.matches(visitor.name, request.text("password")):
            return Message(Status.WRONG_PASSWORD)
        # Asked again: somebody else may have come in while this password was typed.
        if visitor.name in self._online:
            return Message(Status.ALREADY_LOGGED_IN, user=visitor.name)
        return self._welcome(visitor, request)

    def _new_password(self, visitor: Visitor, request: Message) -> Message:
        if visitor.name in self._online:
            return Message(Status.ALREADY_LOGGED_IN, user=visitor.name)
        if visitor.name in self._accounts:
            return Message(Status.NAME_TAKEN, user=visitor.name)
        if not is_word(request.text("password")):
            return Message(Status.PASSWORD_REFUSED)
        self._accounts.add(visitor.name, request.text("password"))
        self._want(visitor, CREDENTIALS, lambda: self._accounts.print_out(self._storage.read_credentials()))
        return self._welcome(visitor, request)

    def _welcome(self, visitor: Visitor, request: Message) -> Message:
        visitor.user = visitor.name
        visitor.port = request.number("port")
        self._online[visitor.user] = visitor
        return Message(Status.WELCOME, user=visitor.user, key=visitor.key)

    # Threads and messages

    def _create(self, visitor: Visitor, request: Message) -> Message:
        thread = self._board.create(request.text("title"), visitor.user)
        self._print_out(visitor, thread)
        return Message(Status.THREAD_CREATED, title=thread.title)

    def _list(self, visitor: Visitor, request: Message) -> Message:
        titles = self._board.titles()
        return Message(Status.THREAD_ACTIVE, titles=titles) if titles else Message(Status.THREAD_INACTIVE)

    def _post(self, visitor: Visitor, request: Message) -> Message:
        thread = self._board.thread(request.text("title"))
        thread.post(visitor.user, _message_text(request))
        self._print_out(visitor, thread)
        return Message(Status.MESSAGE_POSTED, title=thread.title)

    def _edit(self, visitor: Visitor, request: Message) -> Message:
        thread = self._board.thread(request.text("title"))
        post = thread.post_of(request.text("number"), visitor.user, Status.MESSAGE_NOT_EDITED)
        thread.edit(post, _message_text(request))
        self._print_out(visitor, thread)
        return Message(Status.MESSAGE_EDITED, title=thread.title)

    def _delete(self, visitor: Visitor, request: Message) -> Message:
        thread = self._board.thread(request.text("title"))
        thread.delete(thread.post_of(request.text("number"), visitor.user, Status.MESSAGE_NOT_DELETED))
        self._print_out(visitor, thread)
        return Message(Status.MESSAGE_DELETED, title=thread.title)

    def _read(self, visitor: Visitor, request: Message) -> Message:
        thread = self._board.thread(request.text("title"))
        lines = thread.lines()
        if not lines:
            return Message(Status.THREAD_EMPTY, title=thread.title)
        return Message(Status.THREAD_READ, title=thread.title, lines=lines)

    def _remove(self, visitor: Visitor, request: Message) -> Message:
        thread = self._board.thread(request.text("title"))
        if thread.creator != visitor.user:
            return Message(Status.THREAD_NOT_REMOVED, title=thread.title)
        for name in [thread.title, *self._board.remove(thread)]:
            self._want(visitor, name, lambda: None)
        return Message(Status.THREAD_REMOVED, title=thread.title)

    # Files: an upload has two turns, so that the lock never waits for a peer.

    def _may_upload(self, visitor: Visitor, request: Message) -> Message:
        thread, name = self._board.thread(request.text("title")), request.text("file")
        self._board.check_upload(thread, name)
        visitor.upload = Upload(thread, name)
        return Message(Status.SEND_FILE, title=thread.title, file=name)

    def _end_upload(self, visitor: Visitor, request: Message) -> Message:
        upload, visitor.upload = visitor.upload, None
        assert upload is not None
        title, name, content = upload.thread.title, upload.name, upload.content
        if upload.problem:
            return Message(Status.NOT_STORED, reason=upload.problem)
        if request.status is Status.FILE_LOST or content is None:
            return Message(Status.FILE_NOT_UPLOADED, title=title, file=name)
        # Asked again: the thread may have been removed, even made anew, while the bytes came.
        if not self._board.has(upload.thread):
            return Message(Status.THREAD_NOT_EXIST, title=title)
        self._board.check_upload(upload.thread, name)
        self._board.add_upload(upload.thread, visitor.user, name)
        self._want(visitor, stored_name(title, name), lambda: content)
        self._print_out(visitor, upload.thread)
        return Message(Status.FILE_UPLOADED, title=title, file=name)

    def _download(self, visitor: Visitor, request: Message) -> Message:
        thread, name = self._board.thread(request.text("title")), request.text("file")
        if name not in thread.files:
            return Message(Status.FILE_NOT_EXIST, title=thread.title, file=name)
        # Its uploader may still be about to publish it: who comes first does.
        visitor.unsettled.append(stored_name(thread.title, name))
        return Message(Status.FILE_COMING, title=thread.title, file=name)

    # The rest

    def _introduce(self, visitor: Visitor, request: Message) -> Message:
        name = request.text("user")
        if name == visitor.user:
            return Message(Status.PEER_SELF)
        if name not in self._accounts:
            return Message(Status.PEER_UNKNOWN, user=name)
        peer = self._online.get(name)
        if peer is None or not peer.port:
            return Message(Status.PEER_OFFLINE, user=name)
        ticket = seal(peer.key, visitor.user, next(self._introductions))
        return Message(Status.PEER_FOUND, user=name, host=peer.host, port=peer.port, ticket=ticket)

    def _exit(self, visitor: Visitor, request: Message) -> Message:
        self._online.pop(visitor.user, None)
        return Message(Status.EXITED)

    def _shut_down(self, visitor: Visitor, request: Message) -> Message:
        if request.text("password") != self._admin_password:
            return Message(Status.WRONG_ADMIN_PASSWORD)
        self._closed = True
        visitor.unsettled += self._storage.want_nothing()
        return Message(Status.SERVER_CLOSING)

    def _want(self, visitor: Visitor, name: str, content: Callable[[], Content]) -> None:
        self._storage.want(name, content)
        visitor.unsettled.append(name)

    def _print_out(self, visitor: Visitor, thread: ForumThread) -> None:
        self._want(visitor, thread.title, thread.print_out)


def _message_text(request: Message) -> str:
    text = request.text("text")
    if not is_message_text(text):
        raise ForumError(Status.TEXT_NOT_ALLOWED)
    return text


# Requests that bring a file into being, and its name.
_NAMES_A_FILE: dict[Status, Callable[[Message], str]] = {
    Status.CRT: lambda request: request.text("title"),
    Status.UPD: lambda request: stored_name(request.text("title"), request.text("file")),
}


def _refuse_foreign(request: Message) -> Message:
    return Message(Status.NAME_NOT_ALLOWED, name=_NAMES_A_FILE[request.status](request))


_RULES: dict[Status, Callable[[Service, Visitor, Message], Message]] = {
    Status.USERNAME: Service._username,
    Status.PASSWORD: Service._password,
    Status.NEW_PASSWORD: Service._new_password,
    Status.CRT: Service._create,
    Status.LST: Service._list,
    Status.MSG: Service._post,
    Status.EDT: Service._edit,
    Status.DLT: Service._delete,
    Status.RDT: Service._read,
    Status.RMV: Service._remove,
    Status.UPD: Service._may_upload,
    Status.FILE_END: Service._end_upload,
    Status.FILE_LOST: Service._end_upload,
    Status.DWN: Service._download,
    Status.P2P: Service._introduce,
    Status.XIT: Service._exit,
    Status.SHT: Service._shut_down,
}
