"""One assignment: what belongs to the course's task and not to the harness (assignment.yaml).

Roles and their arguments, where the accounts lie, how one logs in, what a
liveness check types, how long one waits. The harness knows no assignment by
name; another course is another folder.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(_Strict):
    """One program of the assignment. One role listens (the server); the people of the cast play the other."""

    entry: str = Field(description="The entry file's name without its ending: `server` finds server.py, Server.java, …")
    arguments: list[str] = Field(default=[], description="Its arguments; {port}, {host} and values are replaced.")
    listens: bool = Field(default=False, description="Started first, once, and ready as soon as it listens.")


class Accounts(_Strict):
    """Where the accounts lie: one `name password` a line."""

    file: str = Field(description="In an actor's folder, such as server/credentials.txt.")
    sample: str = Field(description="The file to copy there, relative to assignment.yaml.")


class Login(_Strict):
    """How one logs in: what is answered, in order, whatever the wording of the questions."""

    answers: list[Literal["name", "password"]] = ["name", "password"]


class Assignment(_Strict):
    """assignment.yaml, checked."""

    assignment: str = Field(description="Its name, for reports.")
    roles: dict[str, Role]
    transport: Literal["tcp", "udp"] = "tcp"
    values: dict[str, str] = Field(default={}, description="Names that scenarios and arguments may use as {name}.")
    accounts: Accounts | None = None
    login: Login | None = Field(default=None, description="None: one does not log in; a client is ready at its start.")
    reference: str = Field(description="The folder of the reference answer, relative to assignment.yaml.")
    liveness: str = Field(default="", description="A command that any client can type to see whether the server lives.")
    timeout: float = Field(default=20.0, gt=0, description="Seconds of a program's own time without an answer.")
    file_timeout: float = Field(default=60.0, gt=0, description="The same, for steps that move files.")
    leaving: list[str] = Field(default=[], description="First words of the lines after which a client may end.")
    moves_files: list[str] = Field(default=[], description="First words of the lines that move files.")
    rubric: str = "rubric.yaml"

    @property
    def server(self) -> str | None:
        """The name of the role that listens, or None."""
        return next((name for name, role in self.roles.items() if role.listens), None)

    @property
    def people(self) -> str:
        """The name of the role that the cast plays."""
        return next(name for name, role in self.roles.items() if not role.listens)
