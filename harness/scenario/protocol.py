"""protocol.yaml: the phases and the legal moves of an assignment's own protocol, as a table.

Only programs that speak that protocol are held against it (judge/protocol/phases.py).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.scenario.checked import checked


class Table(BaseModel):
    """The legal moves of one protocol."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: str = Field(description="Its name, for reports.")
    keys: tuple[str, str] = Field(description="The keys that name a message's phase, and what it is within that.")
    phases: dict[str, list[str]] = Field(description="Each phase, and the messages that belong to it.")
    begin: str = Field(description="The state in which a connection begins.")
    states: dict[str, dict[str, dict[str, str]]] = Field(
        description="State -> what a client may say -> the answers to it, each with the state that it leads to.")
    server: dict[str, dict[str, str]] = Field(default={}, description="State -> what the server says unasked there.")
    anywhere: dict[str, str] = Field(default={}, description="What the server may say at any time.")
    refusals: list[str] = Field(default=[], description="What answers any request and changes nothing.")

    @model_validator(mode="after")
    def _closed(self) -> Table:
        """No state that is not there, no message without a phase."""
        asked = [way for moves in self.states.values() for way in moves.values()]
        ways = [*self.server.values(), self.anywhere, *asked]
        reached = {self.begin, *self.server, *(state for way in ways for state in way.values())}
        if unknown := sorted(reached - set(self.states)):
            raise ValueError(f"the state {unknown[0]!r} is named and does not stand in states")
        said = {*self.refusals, *(name for way in ways for name in way),
                *(name for moves in self.states.values() for name in moves)}
        if homeless := sorted(said - set(self.phase_of)):
            raise ValueError(f"the message {homeless[0]!r} belongs to no phase")
        return self

    @property
    def phase_of(self) -> dict[str, str]:
        """The phase of each message."""
        return {name: phase for phase, names in self.phases.items() for name in names}


def load_table(text: str, file: str = "protocol.yaml") -> Table:
    """The text of a protocol.yaml, checked. Raises Mistakes, with file:line:column each."""
    return checked(Table, text, file)
