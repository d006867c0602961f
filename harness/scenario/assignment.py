"""One assignment: what belongs to the course's task and not to the harness (assignment.yaml).

Roles and their arguments, where the accounts lie, how one logs in, what a
liveness check types, how long one waits. The harness knows no assignment by
name; another course is another folder. A course that changes its task from year
to year keeps one folder, and its assignment.yaml has `variants`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator

from harness.scenario.forms import Form


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _alternatives(given: object) -> object:
    """A plain list of arguments is the only alternative there is."""
    if isinstance(given, list) and not any(isinstance(item, list) for item in given):
        return [given]
    return given


Alternatives = Annotated[list[list[str]], BeforeValidator(_alternatives), Field(min_length=1)]


class Role(_Strict):
    """One program of the assignment. One role listens (the server); the people of the cast play the other."""

    entry: str = Field(description="The entry file's name without its ending: `server` finds server.py, Server.java, …")
    alternatives: Alternatives = Field(
        default=[[]], alias="arguments",
        description="Its arguments; {port}, {host} and values are replaced. A list of lists: any of them is right.",
    )
    listens: bool = Field(default=False, description="Started first, once, and ready as soon as it listens.")

    @property
    def arguments(self) -> list[str]:
        """The arguments it is started with: the first alternative, unless another one was chosen."""
        return self.alternatives[0]


class Accounts(_Strict):
    """Where the accounts lie: one `name password` a line."""

    file: str = Field(description="In an actor's folder, such as server/credentials.txt.")
    sample: str = Field(description="The file to copy there, relative to assignment.yaml.")
    ends: Literal["newline", "none"] | None = Field(
        default=None, description="How its last line ends, if the task promises that: no other shape is tried.")


class Login(_Strict):
    """How one logs in: what is answered, in order, whatever the wording of the questions."""

    answers: list[Literal["name", "password"]] = ["name", "password"]


class Written(_Strict):
    """A line that many scenarios read, such as a message's, and how a program's own way of writing it is seen.

    Who writes it otherwise loses the marks of the commands named here, and is read in its own form elsewhere.
    """

    line: str = Field(description="As it is asked for, with {number}, {name} and {text} in their places.")
    typed: list[str] = Field(min_length=2, description="What one person types. The last line shows what was written.")
    texts: list[str] = Field(min_length=2, description="The texts of it, numbers 1, 2, …; the first two are looked at.")
    file: str = Field(description="Where they are stored, such as server/THREAD.")
    stored: str = Field(description="The command that is marked down where the file has another form.")
    shown: str = Field(description="The one that is where only the terminal has another.")

    def marked(self, forms: Mapping[str, Form]) -> dict[str, str]:
        """Which command pays for each form (`stored`, `shown`): who shows what is stored has shown it right."""
        alike = forms.get("stored") == forms.get("shown")
        return {where: self.stored if where == "stored" or alike else self.shown for where in forms}


class RoleChange(_Strict):
    """What a variant changes of one role."""

    alternatives: Alternatives | None = Field(default=None, alias="arguments", description="As in `roles`.")


class Variant(_Strict):
    """What one year's task changes. A key that is given replaces that of the top level, as a whole."""

    assignment: str | None = Field(default=None, description="Its name, for reports.")
    transport: Literal["tcp", "udp"] | None = None
    accounts: Accounts | None = None
    roles: dict[str, RoleChange] = Field(default={}, description="Only the roles, and of them the keys, that differ.")
    values: dict[str, str] | None = None
    reference: str | None = None
    leaving: list[str] | None = None
    moves_files: list[str] | None = None
    commands: list[str] | None = None
    model: str | None = None
    rubric: str | None = None


class Assignment(_Strict):
    """assignment.yaml, checked. As loaded it is the variant that its own `variant` names."""

    assignment: str = Field(description="Its name, for reports.")
    name: str = Field(default="", alias="variant", description="What this is called, if there are `variants`.")
    roles: dict[str, Role]
    transport: Literal["tcp", "udp"] = "tcp"
    values: dict[str, str] = Field(default={}, description="Names that scenarios and arguments may use as {name}.")
    accounts: Accounts | None = None
    login: Login | None = Field(default=None, description="None: one does not log in; a client is ready at its start.")
    reference: str = Field(
        default="", description="The folder of the reference answer, relative to assignment.yaml. None: the current "
                                "folder is played when no other subject is named.")
    liveness: str = Field(default="", description="A command that any client can type to see whether the server lives.")
    timeout: float = Field(default=20.0, gt=0, description="Seconds of a program's own time without an answer.")
    file_timeout: float = Field(default=60.0, gt=0, description="The same, for steps that move files.")
    leaving: list[str] = Field(default=[], description="First words of the lines after which a client may end.")
    moves_files: list[str] = Field(default=[], description="First words of the lines that move files.")
    commands: list[str] = Field(default=[], description="First words of all lines that mean something to a client.")
    invented: dict[str, list[int]] = Field(
        default={}, description="By the first word of a line: which of the words behind it (from 1) are names that "
                                "people made up. Under a seed that is not 0 they are others.")
    own_words: list[str] = Field(
        default=[], description="Words that programs write of their own, and scenarios look for: no made-up names.")
    written: Written | None = Field(
        default=None, description="A line that many scenarios read: a program with a form of its own pays for it once.")
    model: str = Field(default="", description="The Python file that says which answers are right, relative to "
                                               "assignment.yaml; for `one order explains every answer`.")
    withheld: list[Literal["model"]] = Field(
        default=[], description="What the course has and this folder has not: in what students get, `model`.")
    protocol: str = Field(default="", description="The file with the legal moves of its own protocol.")
    rubric: str = "rubric.yaml"
    variants: dict[str, Variant] = Field(default={}, description="Other forms of the task: their names, what differs.")

    # The assignment as loaded, with all of its variants: where this one was made from it.
    _whole: Assignment | None = PrivateAttr(default=None)
    # The text of the file that `protocol` names: recordings keep it.
    _protocol: str = PrivateAttr(default="")

    @field_validator("variants")
    @classmethod
    def _fits(cls, variants: dict[str, Variant], info: ValidationInfo) -> dict[str, Variant]:
        """The variants, if they can be told apart and change nothing that is not there."""
        name = info.data.get("name", "")
        if variants and not name:
            raise ValueError("the key 'variant' must name the task that these are variants of")
        if name in variants:
            raise ValueError(f"{name!r} is the name of the task itself (the key 'variant')")
        for variant, change in variants.items():
            if unknown := [role for role in change.roles if role not in info.data.get("roles", change.roles)]:
                raise ValueError(f"variant {variant!r} changes the role {unknown[0]!r}, and there is none")
        return variants

    @property
    def protocol_text(self) -> str:
        """The text of the table of its own protocol's legal moves, or ""."""
        return (self._whole or self)._protocol

    @property
    def server(self) -> str | None:
        """The name of the role that listens, or None."""
        return next((name for name, role in self.roles.items() if role.listens), None)

    @property
    def people(self) -> str:
        """The name of the role that the cast plays."""
        return next(name for name, role in self.roles.items() if not role.listens)

    @property
    def variant_names(self) -> list[str]:
        """The names of all variants, the task itself first; none if it has no name. The same for each of them."""
        whole = self._whole or self
        return [name for name in (whole.name, *whole.variants) if name]

    @property
    def all_values(self) -> frozenset[str]:
        """The names of the values of all variants."""
        return frozenset(name for values in self._values_by_variant().values() for name in values)

    def declaring(self, names: Set[str]) -> tuple[str, ...]:
        """The variants that declare all of these names that any of them does; none if that makes no difference."""
        values, wanted = self._values_by_variant(), names & self.all_values
        found = tuple(variant for variant, declared in values.items() if wanted <= declared.keys())
        return found if len(found) < len(values) else ()

    def _values_by_variant(self) -> dict[str, dict[str, str]]:
        whole = self._whole or self
        changed = {name: whole.values if one.values is None else one.values for name, one in whole.variants.items()}
        return {whole.name: whole.values, **changed}

    def variant(self, name: str) -> Assignment:
        """The task of this name, complete, with no variants of its own. Raises KeyError."""
        whole = self._whole or self
        change = Variant() if name == whole.name else whole.variants[name]
        given: dict[str, Any] = {key: getattr(change, key) for key in change.model_fields_set}
        made = whole.model_copy(update={**given, "name": name, "variants": {}, "roles": _changed(whole, change)})
        made._whole = whole
        return made

    def choosing(self, arguments: Mapping[str, Sequence[str]]) -> Assignment:
        """The same, with these roles started with the arguments given and no others."""
        chosen = {role: self.roles[role].model_copy(update={"alternatives": [list(words)]})
                  for role, words in arguments.items()}  # fmt: skip
        return self.model_copy(update={"roles": {**self.roles, **chosen}})


def _changed(whole: Assignment, change: Variant) -> dict[str, Role]:
    """All roles, with what a variant says of some."""
    changes = {role: {"alternatives": new.alternatives} for role, new in change.roles.items() if new.alternatives}
    return {name: role.model_copy(update=changes.get(name, {})) for name, role in whole.roles.items()}
