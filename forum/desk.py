"""Where a client's requests are answered: between its connection, the rules and the folder."""

import os
from collections.abc import Callable

from .connection import Connection
from .console import Console
from .messages import BadMessage, Message, Status
from .names import stored_name
from .service import Service
from .storage import Storage
from .transfer import send_pieces
from .visitor import Visitor
from .wording import for_server


class Desk:
    """Takes one request after the other. Each worker stands at it for a client of its own."""

    def __init__(self, service: Service, storage: Storage, console: Console, shut_down: Callable[[], None]) -> None:
        self._service = service
        self._storage = storage
        self._console = console
        self._shut_down = shut_down

    def answer_next(self, connection: Connection) -> bool:
        """Deal with the next thing the client sent; False when there is nothing more."""
        try:
            event = connection.inbox.next_event()
        except BadMessage as exc:
            self._answer(connection, Status.BAD_MESSAGE, Message(Status.BAD_MESSAGE, reason=str(exc)))
            return True
        if event is None:
            return connection.receive()
        visitor = connection.visitor
        if isinstance(event, bytes):
            if visitor.upload is not None:
                visitor.upload.write(event)
        elif event.status is not Status.BYTES or visitor.upload is None:
            self._carry_out(connection, event)
        return True

    def _carry_out(self, connection: Connection, request: Message) -> None:
        visitor = connection.visitor
        arriving = visitor.upload
        try:
            answer = self._settled(visitor, self._service.handle(visitor, request))
        finally:
            if arriving is not None and visitor.upload is None:
                arriving.close()  # published by now, or refused
        if answer.status is Status.SEND_FILE and visitor.upload is not None:
            visitor.upload.open()
        if answer.status is Status.FILE_COMING:
            answer = self._send_file(connection, request, answer)
        self._answer(connection, request.status, answer)

    def _send_file(self, connection: Connection, request: Message, coming: Message) -> Message:
        """Send a file to the client, and return the message that ends it."""
        title, name = coming.text("title"), coming.text("file")
        try:
            descriptor = os.open(stored_name(title, name), os.O_RDONLY)
        except OSError:  # removed between the rule and here: ask the rules again
            answer = self._settled(connection.visitor, self._service.handle(connection.visitor, request))
            return Message(Status.FILE_NOT_EXIST, **coming.fields) if answer == coming else answer
        # Once open the file stays readable, even if its thread is removed meanwhile.
        try:
            connection.send(coming)
            whole = send_pieces(descriptor, connection.send_piece)
        finally:
            os.close(descriptor)
        return Message(Status.FILE_END if whole else Status.FILE_LOST, **coming.fields)

    def _settled(self, visitor: Visitor, answer: Message) -> Message:
        """Bring the folder up to date, and only then let the answer go out."""
        if visitor.unsettled:
            names, visitor.unsettled = visitor.unsettled, []
            for name in names:
                try:
                    self._storage.settle(name)
                except OSError as exc:
                    answer = self._not_stored(answer, exc)
        return answer

    def _not_stored(self, answer: Message, problem: OSError) -> Message:
        self._console.say(f"Cannot write: {problem}")
        # Who has registered stays logged in, who shuts down still does.
        if answer.status in (Status.WELCOME, Status.SERVER_CLOSING):
            return answer
        return Message(Status.NOT_STORED, reason=problem.strerror or str(problem))

    def _answer(self, connection: Connection, request: Status, answer: Message) -> None:
        closing = answer.status is Status.SERVER_CLOSING
        if closing:
            # Tells this client like all the others; and before the line, because the
            # terminal may be stopped, and us with it.
            self._shut_down()
        self._console.say(*for_server(connection.visitor.user, request, answer))
        if not closing:
            connection.send(answer)
