"""Every sentence that people read, on both terminals.

The wording is that of the course's sample sessions. Where they contradict themselves
one sentence was chosen and is used everywhere: the first that the sample shows, or the
one that fits what happened. Thus "Yoda successful login" also for a new user, who is
welcomed too; "Message posted to 3331 thread" on both terminals; "Thread 3331 removed"
with its title; why a thread was not removed; "deleted", not "edited", for a message that
DLT refused; "Incorrect syntax for SHT"; and the name of the user who really asked.
"""

from .messages import Action, Message, Speaker, Status

PROMPT = "Enter one of the following commands: CRT, MSG, DLT, EDT, LST, RDT, UPD, DWN, RMV, XIT, SHT: "
ASK_NAME = "Enter username: "
ASK_PASSWORD = "Enter password: "
ASK_NEW_PASSWORD = "Enter new password for {user}: "
WAITING = "Waiting for clients"
CONNECTED = "Client connected"
GOODBYE = "Goodbye"
INVALID_COMMAND = "Invalid command"
INCORRECT_SYNTAX = "Incorrect syntax for {command}"
NO_SUCH_FILE = "File {file} does not exist"
FILE_UNREADABLE = "File {file} cannot be read"
FILE_UNWRITABLE = "File {file} cannot be written"
SERVER_GONE = "The server has gone"
PEER_SENT = "Message sent to {user}"
PEER_GONE = "{user} cannot be reached"
PEER_SAYS = "Message from {user}: {text}"

_NO_THREAD = "Thread {title} does not exist", "Incorrect thread specified"

# What the client and what the server print for an answer; None is nothing.
SENTENCES: dict[Status, tuple[str | None, str | None]] = {
    Status.NEW_USER: (None, "New user"),
    Status.NAME_REFUSED: ("A username is letters, digits and punctuation, without spaces", "Incorrect username"),
    Status.ALREADY_LOGGED_IN: ("{user} has already logged in", "{user} has already logged in"),
    Status.WRONG_PASSWORD: ("Invalid password", "Incorrect password"),
    Status.PASSWORD_REFUSED: ("A password is letters, digits and punctuation, without spaces", "Incorrect password"),
    Status.NAME_TAKEN: ("{user} has just been registered by somebody else", "{user} has already registered"),
    Status.WELCOME: ("Welcome to the forum", "{user} successful login"),
    Status.THREAD_CREATED: ("Thread {title} created", "Thread {title} created"),
    Status.THREAD_EXIST: ("Thread {title} exists", "Thread {title} exists"),
    Status.NAME_NOT_ALLOWED: ("The name {name} cannot be used", "The name {name} cannot be used"),
    Status.THREAD_NOT_EXIST: _NO_THREAD,
    Status.MESSAGE_POSTED: ("Message posted to {title} thread", "Message posted to {title} thread"),
    Status.TEXT_NOT_ALLOWED: ("A message is one line of printable text", "Incorrect message text"),
    Status.MESSAGE_DELETED: ("The message has been deleted", "Message has been deleted"),
    Status.MESSAGE_NOT_DELETED: (
        "The message belongs to another user and cannot be deleted", "Message cannot be deleted",
    ),
    Status.MESSAGE_EDITED: ("The message has been edited", "Message has been edited"),
    Status.MESSAGE_NOT_EDITED: ("The message belongs to another user and cannot be edited", "Message cannot be edited"),
    Status.MESSAGE_NOT_EXIST: (
        "Message {number} does not exist in Thread {title}", "Incorrect message number specified",
    ),
    Status.THREAD_ACTIVE: ("The list of active threads:", None),
    Status.THREAD_INACTIVE: ("No threads to list", None),
    Status.THREAD_READ: (None, "Thread {title} read"),
    Status.THREAD_EMPTY: ("Thread {title} is empty", "Thread {title} read"),
    Status.FILE_EXIST: ("File {file} exists in Thread {title}", "{file} exists in Thread {title}"),
    Status.FILE_UPLOADED: ("{file} uploaded to {title} thread", "{user} uploaded file {file} to {title} thread"),
    Status.FILE_NOT_UPLOADED: (
        "{file} was not uploaded to {title} thread", "{file} was not uploaded to {title} thread",
    ),
    Status.FILE_END: ("{file} successfully downloaded", "{file} downloaded from Thread {title}"),
    Status.FILE_LOST: ("{file} was not downloaded", "{file} was not downloaded from Thread {title}"),
    Status.FILE_NOT_EXIST: ("File does not exist in Thread {title}", "{file} does not exist in Thread {title}"),
    Status.THREAD_REMOVED: ("Thread {title} removed", "Thread {title} removed"),
    Status.THREAD_NOT_REMOVED: (
        "The thread was created by another user and cannot be removed", "Thread {title} cannot be removed",
    ),
    Status.EXITED: (GOODBYE, None),
    Status.WRONG_ADMIN_PASSWORD: ("Incorrect password", "Incorrect password"),
    Status.PEER_FOUND: (None, "{user} introduced to {peer}"),
    Status.PEER_UNKNOWN: ("User {peer} does not exist", "Incorrect user specified"),
    Status.PEER_OFFLINE: ("{peer} is not logged in", "{peer} is not logged in"),
    Status.PEER_SELF: ("You cannot send a message to yourself", "Incorrect user specified"),
    Status.NOT_STORED: ("The server could not write its file: {reason}", "Cannot write: {reason}"),
    Status.BAD_MESSAGE: ("The server did not understand: {reason}", "Incorrect message: {reason}"),
    Status.OUT_OF_TURN: ("The server did not expect {word} now", "Unexpected {word}"),
    Status.SERVER_CLOSING: ("Goodbye. Server shutting down", "Server shutting down"),
}  # fmt: skip


# Requests that the server tells as "Yoda issued LST command"; XIT has no such line in the sample.
_ISSUED = {status for status in Status if (status.action, status.speaker) == (Action.COMMAND, Speaker.CLIENT)}
_ISSUED.remove(Status.XIT)


def for_client(answer: Message) -> list[str]:
    """Return the lines that a client prints for an answer."""
    sentence = SENTENCES.get(answer.status, (None, None))[0]
    first = [_filled(sentence, answer, "")] if sentence else []
    if answer.status is Status.THREAD_ACTIVE:
        return first + [printable(title) for title in answer.lines("titles")]
    if answer.status is Status.THREAD_READ:
        return [printable(line) for line in answer.lines("lines")]
    return first


def for_server(user: str, request: Status, answer: Message) -> list[str]:
    """Return the lines that the server prints for a request of this user (or "") and its answer."""
    lines = []
    if user and request in _ISSUED:
        lines.append(f"{printable(user)} issued {request.name} command")
    sentence = SENTENCES.get(answer.status, (None, None))[1]
    if sentence:
        lines.append(_filled(sentence, answer, user))
    return lines


def left(user: str, by_command: bool) -> list[str]:
    """Return the lines that the server prints when a connection has ended."""
    who = printable(user) or "Client"
    return [f"{who} {'exited' if by_command else 'disconnected'}", WAITING]


def printable(text: str) -> str:
    """Return text that cannot move the cursor, colour the screen or fake a line of its own."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "?" for char in text)


def _filled(sentence: str, answer: Message, user: str) -> str:
    fields = {name: printable(value) if isinstance(value, str) else value for name, value in answer.fields.items()}
    # Where two people are concerned the answer names the other one.
    fields["peer"] = fields.get("user", "")
    if user or "user" not in fields:
        fields["user"] = user
    return sentence.format(**fields)
