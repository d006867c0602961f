"""The key `schedule`: in which order what is typed at one instant reaches the server.

Explored orders that made a program fail are written down in this form, so that anybody can play them again.
Each delivery is the next that a person's program sends for a line: one that asks twice is delivered twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from harness.scenario import words
from harness.scenario.mistakes import nearest
from harness.scenario.model import Deed, Delivery, Do, Plays, Step, Together, Type, walk
from harness.scenario.scene import LONGEST, Scene
from harness.yaml_file import Items, Node, Table, Text


@dataclass(frozen=True, slots=True)
class _Act:
    """A line typed at one instant with others (None: a login), in the so-many-th `together` of the play."""

    line: str | None
    step: int
    group: int


@dataclass(slots=True)
class _Reader:
    """Reads one schedule against what the play types."""

    scene: Scene
    acts: dict[str, list[_Act]]  # of each person, in the order of the play
    at: dict[str, int] = field(default_factory=dict)  # how far each person's deliveries have come
    group: int = 0
    named: set[tuple[str, int]] = field(default_factory=set)  # the acts that stand above, by person and place

    def delivery(self, node: Node) -> Delivery | None:
        """What one `NAME: LINE` or `NAME logs in` means; None, and a mistake, if it does not fit the play."""
        if isinstance(node, Text):
            who, sign, _ = node.text.partition(f" {Deed.LOG_IN.value}")
            key, line = replace(node, text=who if sign else ""), None
        elif isinstance(node, Table) and len(node.entries) == 1 and isinstance(node.entries[0][1], Text):
            key, value = node.entries[0]
            person = self.scene.people.person(key.text)
            extra = {"name": person.account} if person else {}
            text = self.scene.text(value) or ""
            line = self.scene.values.fill(text, value.place, **extra)
        else:
            key, line = Text(node.place, ""), None
        if not key.text:
            self.scene.found.error(node.place, "expected a delivery, `NAME: LINE` or `NAME logs in`")
            return None
        return self._fits(key, line)

    def _fits(self, key: Text, line: str | None) -> Delivery | None:
        who, mine = key.text, self.acts.get(key.text, [])
        if self.scene.people.person(who) is None:
            self.scene.found.error(key.place, f"nobody is called {who!r}", nearest(who, self.scene.people.handles))
            return None
        found = self._meant(who, line)
        said = "logs in" if line is None else repr(line)
        if found is None and any(act.line == line for act in mine):
            self.scene.found.error(key.place, f"{who} types {said} before what stands above: it cannot arrive later")
        elif found is None:
            near = nearest(line or "", [act.line for act in mine if act.line])
            self.scene.found.error(key.place, f"{who} does not type {said} at one instant with others", near)
        elif mine[found].group < self.group:
            self.scene.found.error(key.place, f"{who}'s {said} belongs to an earlier `together` than what stands above")
        else:
            self.at[who], self.group = found, mine[found].group
            self.named.add((who, found))
            return Delivery(who, line, mine[found].step, key.place)
        return None

    def _meant(self, who: str, line: str | None) -> int | None:
        """Which of a person's acts a line names. One that is typed again in a later `together` is that one's as soon
        as everything of the earlier is named: before, it is what the program sends next for the earlier."""
        mine = self.acts.get(who, [])
        fit = [at for at in range(self.at.get(who, 0), len(mine)) if mine[at].line == line]
        left = [at for at in fit if mine[at].group >= self.group]
        if len(left) > 1 and (who, left[0]) in self.named and self._all_named(mine[left[0]].group):
            return left[1]
        return next(iter(left or fit), None)

    def _all_named(self, group: int) -> bool:
        return all((who, at) in self.named for who, acts in self.acts.items()
                   for at, act in enumerate(acts) if act.group == group)  # fmt: skip


def read_schedule(scene: Scene, node: Node | None, play: Sequence[Step]) -> tuple[Delivery, ...]:
    """The deliveries, in their order; what the schedule leaves out arrives behind them."""
    if node is None:
        return ()
    if not isinstance(node, Items) or not node.items:
        scene.found.error(node.place, "expected a list of deliveries: `- NAME: LINE`")
        return ()
    if any(isinstance(step, Plays) for step in walk(play)):
        scene.found.error(node.place, "what `plays` types is drawn: a schedule needs its lines written out")
        return ()
    reader = _Reader(scene, _acts(play))
    if not reader.acts:
        scene.found.error(node.place, "nothing is typed inside of `together`: there is no order to force")
        return ()
    if len(node.items) > LONGEST:
        scene.found.error(node.place, f"a schedule has at most {LONGEST:,} deliveries")
        return ()
    return tuple(one for item in node.items for one in _deliveries(reader, item))


def _deliveries(reader: _Reader, item: Node) -> Iterator[Delivery]:
    """One delivery, or several `at once`: all but the last without waiting for an answer."""
    if not (isinstance(item, Table) and len(item.entries) == 1 and item.entries[0][0].text == words.AT_ONCE):
        if one := reader.delivery(item):
            yield one
        return
    key, value = item.entries[0]
    if not isinstance(value, Items) or len(value.items) < 2:
        reader.scene.found.error(key.place, f"`{words.AT_ONCE}` needs a list of two deliveries or more")
        return
    several = [one for inner in value.items if (one := reader.delivery(inner))]
    yield from (replace(one, answered=one is several[-1]) for one in several)


def _acts(play: Sequence[Step]) -> dict[str, list[_Act]]:
    found: dict[str, list[_Act]] = {}
    for group, step in enumerate(play):
        for inner in step.steps if isinstance(step, Together) else ():
            if isinstance(inner, Type):
                for handle, line in inner.lines:
                    found.setdefault(handle, []).append(_Act(line, inner.number, group))
            elif isinstance(inner, Do) and inner.deed is Deed.LOG_IN:
                for handle in inner.who:
                    found.setdefault(handle, []).append(_Act(None, inner.number, group))
    return found
