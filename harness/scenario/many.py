"""Many at once, and the network between them: `plays`, `network holds` and `releases`, and the key `network`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.scenario.cast import whole
from harness.scenario.drawn import numbers_of
from harness.scenario.mistakes import Collector, nearest
from harness.scenario.model import Hold, Many, Plays, Quantifier, first_word
from harness.scenario.network import DATAGRAMS, BadCondition, Condition, parse_condition
from harness.scenario.scene import Scene, said, unfit
from harness.scenario.verbs import Spoken
from harness.scenario.who import People, Unknown, Who
from harness.yaml_file import Items, Node, Table, Text

MOST_COMMANDS = 1_000  # of one person; the whole play has its own limit
MOST_LINES = 100
HEAVIEST = 1_000
_GAME = ("commands", "mix")


def read_plays(scene: Scene, key: Text, who: Who, value: Node) -> Plays | None:
    """`crowd plays: {commands: 20, mix: {LINE: WEIGHT}}`."""
    before = scene.found.errors
    if not isinstance(value, Table):
        scene.found.error(value.place, "expected `{commands: N, mix: {LINE: WEIGHT}}`")
    if scene.inside == "any of":
        scene.found.error(key.place, "`any of` takes expectations, and these are typed")
    if who.quantifier is Quantifier.ONE:
        scene.found.error(key.place, "`1 of` can be expected, not typed: say who")
    if absent := scene.stage.absent(who.handles):
        scene.found.error(key.place, absent)
    commands, mix = _game(scene, key, value) if isinstance(value, Table) else (1, ())
    # No text stands behind the verb: what is typed stands in the rounds.
    head = scene.head(key, verb=True)
    numbers = numbers_of(len(who.handles), commands)
    scene.weigh(numbers)
    scene.keep_numbers(numbers)
    for handle in who.handles:
        scene.stage.last[handle] = scene.number
    if scene.found.errors > before:
        return None
    return Plays(**head, who=who.handles, commands=commands, mix=mix, in_turn=scene.in_turn)


def _game(scene: Scene, key: Text, value: Table) -> tuple[int, tuple[tuple[str, int], ...]]:
    for name, _ in value.entries:
        if name.text not in _GAME:
            scene.found.error(name.place, f"unknown key {name.text!r}", nearest(name.text, _GAME))
    for required in _GAME:
        if value.find(required) is None:
            scene.found.error(key.place, f"`plays` has no `{required}`: expected `{{commands: N, mix: …}}`")
    commands, mix = value.find("commands"), value.find("mix")
    count = _number(scene, commands, MOST_COMMANDS, "commands") if commands else 1
    return count, _mix(scene, mix) if mix else ()


def _number(scene: Scene, node: Node, most: int, of: str) -> int:
    number = whole(scene.values.fill(node.text, node.place)) if isinstance(node, Text) else None
    if number is None or not 1 <= number <= most:
        scene.found.error(node.place, f"expected 1 to {most:,}, as the {of}")
        return 1
    return number


def _mix(scene: Scene, node: Node) -> tuple[tuple[str, int], ...]:
    """The lines with their weights. What each draw decides stays open: {n}, {name} and {text}."""
    if not isinstance(node, Table) or not node.entries:
        scene.found.error(node.place, "expected lines and weights: `mix: {LINE: 3, LINE: 1}`")
        return ()
    if len(node.entries) > MOST_LINES:
        scene.found.error(node.place, f"a mix has at most {MOST_LINES} lines")
        return ()
    outer, scene.values.count = scene.values.count, "{n}"
    mix = tuple((_line(scene, line), _number(scene, weight, HEAVIEST, "weight")) for line, weight in node.entries)
    scene.values.count = outer
    _known(scene, node, [line for line, _ in mix])
    return mix


def _line(scene: Scene, node: Text) -> str:
    if "{text}" in node.text and "text" in {**scene.values.own, **scene.values.shared}:
        scene.found.error(node.place, "`{text}` is declared, and means a text that nobody else types here: rename it")
    line = scene.values.fill(node.text, node.place, name="{name}", text="{text}")
    for complaint in unfit(line):
        scene.found.error(node.place, complaint)
    if first_word(line) in scene.assignment.leaving:
        scene.found.error(node.place, f"after {first_word(line)!r} a client may end, and nobody would play on")
    return line


def _known(scene: Scene, node: Table, lines: list[str]) -> None:
    """Lines that begin with no command of the assignment, where it says which there are."""
    known = scene.assignment.commands
    odd = [at for at, line in enumerate(lines) if known and first_word(line) not in known]
    for at in odd:
        word, place = first_word(lines[at]), node.entries[at][0].place
        tell = scene.found.error if len(odd) == len(lines) else scene.found.warn
        tell(place, f"{word!r} is no command of this assignment", nearest(word, known))


def read_hold(scene: Scene, key: Text, spoken: Spoken, value: Node) -> Hold | None:
    """`network holds: from yoda`."""
    head = scene.head(key, said(value), verb=True)
    if spoken.subject != "network":
        meant = f"network {spoken.verb.name}"
        scene.found.error(key.place, f"`{spoken.form}` is said of the network, not of {spoken.subject!r}", meant)
        return None
    if scene.inside:
        scene.found.error(key.place, f"`{spoken.form}` cannot stand inside of `{scene.inside}`")
    text = scene.text(value, "whose bytes")
    if text is None:
        return None
    way, _, name = scene.values.fill(text, value.place).strip().partition(" ")
    to = {"to": "client", "from": "server"}.get(way, "both") if name else "both"
    who = scene.who(name.strip() if to != "both" else f"{way} {name}".strip(), Text(value.place, text))
    if who is None:
        return None
    if scene.people.server in who.handles:
        scene.found.error(value.place, f"say whose bytes: a person's, not those of {scene.people.server}")
    released = spoken.verb.means is Many.RELEASES
    if wrong := scene.stage.holds(who.handles, to, released=released):
        scene.found.error(value.place, wrong)
    return Hold(**head, who=who.handles, to=to, released=released)


def read_conditions(
    node: Node, people: People, transport: str, found: Collector, texts: list[str | None]
) -> tuple[Condition, ...]:
    """The conditions of the key `network`: of one text, or a list; `texts` are they with every value put in."""
    nodes = node.items if isinstance(node, Items) else (node,)
    if not nodes:
        found.error(node.place, "`network` needs a condition, such as `cut 1`")
    read = [one for item, text in zip(nodes, texts, strict=True) if text is not None
            for one in _condition(item, text, people, found)]  # fmt: skip
    kinds = {one.kind for one in read}
    if transport == "tcp" and kinds and kinds <= DATAGRAMS:
        told = " and ".join(f"`{kind}`" for kind in sorted(kinds))
        found.warn(node.place, f"{told} is for datagrams, and this assignment goes over TCP: nothing will happen")
    return tuple(read)


def _condition(node: Node, text: str, people: People, found: Collector) -> Iterator[Condition]:
    """A condition, once for each of those whom it names."""
    try:
        condition = parse_condition(text, people.server)
        who = people.resolve(condition.who).handles if condition.who else ("",)
    except (BadCondition, Unknown) as exc:
        found.error(node.place, str(exc), exc.meant)
        return
    yield from (replace(condition, who=handle) for handle in who)
