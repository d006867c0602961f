"""The same play with the lines of a program's own form read as they are asked for, where that form is marked elsewhere.

A broken command costs its own marks only: who stores `0 Yoda: hello` for `1 Yoda: hello` pays for it where messages
are posted, and is judged everywhere else by what became of the message. Which form it is, was seen before the plays,
and stands in the recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from harness.events import Typed
from harness.judge.miss import Miss
from harness.judge.view import View
from harness.recording import Recording
from harness.scenario.forms import Form
from harness.scenario.loader import assignment_from
from harness.scenario.model import Expect, ExpectFile, FileState, OneOrder, Scenario, Sight, Step

_READS = (Sight.SEES, Sight.SEES_ONE_OF, Sight.SEES_EACH_ONCE, Sight.NEVER_SEES)
_TOLD = "its lines are read here as if they were written as asked"


class OwnView(View):
    """A view in which what is shown and stored in the program's own form is read as the line that is asked for."""

    def __init__(self, scenario: Scenario, recording: Recording, asked: Form, forms: Mapping[str, Form]) -> None:
        super().__init__(scenario, recording)
        self._asked, self._forms = asked, forms

    def text(self, actor: str, start: int, end: int) -> str:
        """What the terminal showed, in the form that is asked for."""
        return self._read("shown", super().text(actor, start, end))

    def content(self, stored: bytes) -> bytes:
        """What a file holds, in the form that is asked for; what is no text is left as it is."""
        try:
            return self._read("stored", stored.decode()).encode()
        except UnicodeDecodeError:
            return stored

    @cached_property
    def _people(self) -> set[str]:
        """Everybody who may have written a line: the cast, and whoever's name was typed by itself."""
        typed = (event.data.decode(errors="replace").strip() for event in self.between(Typed))
        return {*self.names, *(line for line in typed if line and " " not in line)}

    def _read(self, where: str, text: str) -> str:
        form = self._forms.get(where)
        return form.read_as(self._asked, text, self._people) if form is not None else text


def own_view(scenario: Scenario, recording: Recording) -> OwnView | None:
    """The view, if this play was one of a program with a form of its own, and of a scenario that does not mark it."""
    described = recording.began.subject.get("forms")
    if not described:
        return None
    written = assignment_from(recording.began).written
    if written is None:
        return None
    forms = {where: Form.from_described(kept) for where, kept in described.items()}
    items = {item.rpartition(".")[2] for item in scenario.marks}
    read = {where: forms[where] for where, marked in written.marked(forms).items() if marked not in items}
    return OwnView(scenario, recording, Form(written.line), read) if read else None


def can_read(step: Step) -> bool:
    """Whether a step is a look at lines, which may be in the program's own form."""
    match step:
        case Expect():
            return step.sight in _READS
        case ExpectFile():
            return step.state in (FileState.IS, FileState.ANY_ORDER)
    return isinstance(step, OneOrder)


def must_hold_twice(step: Step) -> bool:
    """Whether it is right only if something stands there in neither form."""
    return isinstance(step, Expect) and step.sight is Sight.NEVER_SEES


def told(miss: Miss | None) -> Miss | None:
    """A miss of such a view: it says that what was seen is not shown letter by letter."""
    return replace(miss, sentence=f"{miss.sentence} ({_TOLD})") if miss is not None else None
