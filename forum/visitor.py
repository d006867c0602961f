"""What the rules know of a connection, and of the upload that comes through it."""

from .board import ForumThread
from .transfer import Arrival
from .turns import State


class Upload(Arrival):
    """An upload and the thread it was allowed for, which another of its title does not replace."""

    def __init__(self, thread: ForumThread, name: str) -> None:
        super().__init__(name)
        self.thread = thread


class Visitor:
    """What the rules know of one connection."""

    def __init__(self, host: str, key: str) -> None:
        self.state = State.NEED_NAME
        self.name = ""  # said, but not proved before `user` is set
        self.user = ""
        self.host = host
        self.port = 0
        self.key = key
        self.upload: Upload | None = None
        self.unsettled: list[str] = []  # names whose content this visitor's last request changed
