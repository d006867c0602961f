"""The play: YAML nodes in, steps out. Everything wrong is taken down, and reading goes on."""

from __future__ import annotations

from dataclasses import replace

from harness.scenario import words
from harness.scenario.model import (
    AnyOf,
    Deed,
    Do,
    Expect,
    ExpectFile,
    OneOrder,
    Pass,
    Plays,
    Quantifier,
    Step,
    Together,
    Type,
    walk,
)
from harness.scenario.said import sentence, unknown
from harness.scenario.scene import LONGEST, Scene, TooLong, said, unfit
from harness.scenario.verbs import FORMS, find_verb
from harness.yaml_file import Items, Node, Text

# A terminal that edits lines hands over this many bytes of one, and drops the rest without a word.
TERMINAL_LINE = 4095
# The longest fixed wait, in seconds.
LONGEST_PASS = 600
LONGEST_SENTENCE = 2_000


def read_play(scene: Scene, node: Node) -> list[Step]:
    """The steps of `play:`, numbered from 1."""
    try:
        steps = _list(scene, node, "the play")
    except TooLong as exc:
        scene.found.error(exc.place or node.place, f"the play unrolls to more than {LONGEST:,} steps")
        return []
    if steps and not scene.found.failed and not any(_matters(step) for step in walk(steps)):
        scene.found.error(node.place, "this play types nothing and expects nothing")
    return steps


def _matters(step: Step) -> bool:
    """Whether a step can fail by the program's own fault: a kill or a wait cannot."""
    return isinstance(step, Type | Expect | ExpectFile | Plays | OneOrder) or (
        isinstance(step, Do) and step.deed in (Deed.LOG_IN, Deed.LOGIN_REFUSED)
    )


def _list(scene: Scene, node: Node, what: str) -> list[Step]:
    """The steps of a list; a mistake for none."""
    if not isinstance(node, Items):
        scene.found.error(node.place, f"expected a list of steps for {what}: begin each with `- `")
        return []
    if not node.items:
        scene.found.error(node.place, f"{what} has no steps")
    steps: list[Step] = []
    for item in node.items:
        scene.flow = node.flow  # a block inside may have been written the other way
        steps += _step(scene, item)
    return steps


def _step(scene: Scene, node: Node) -> list[Step]:
    """What one item of a list means: no step (and a mistake), one, or those of `N times`."""
    if isinstance(node, Items):
        scene.found.error(node.place, "expected a step, got a list")
        return []
    if _too_long(scene, node if isinstance(node, Text) else node.entries[0][0] if node.entries else None):
        return []
    if isinstance(node, Text):
        return _only(_direction(scene, node))
    if len(node.entries) != 1:
        second = node.entries[1][0] if node.entries else None
        missing = f": is a `- ` missing before {second.text!r}?" if second else ", got an empty mapping"
        scene.found.error(second.place if second else node.place, f"expected one step behind each `- `{missing}")
        return []
    key, value = node.entries[0]
    if times := words.TIMES.fullmatch(key.text):
        return _times(scene, key, value, int(times[1][:9]))
    if key.text == "together":
        return _only(_together(scene, key, value))
    if key.text == "in turn":
        return _in_turn(scene, key, value)
    if key.text == "any of":
        return _only(_any_of(scene, key, value))
    return _only(_keyed(scene, key, value))


def _too_long(scene: Scene, key: Text | None) -> bool:
    """Whether the words of a step are more than anybody reads aloud; taking them apart would take long, too."""
    if key is None or len(key.text) <= LONGEST_SENTENCE:
        return False
    scene.found.error(key.place, f"the words of a step are at most {LONGEST_SENTENCE:,} characters")
    return True


def _only(step: Step | None) -> list[Step]:
    return [] if step is None else [step]


def _direction(scene: Scene, node: Text) -> Step | None:
    """A string: a stage direction."""
    key = replace(node, text=scene.values.fill(node.text, node.place).strip())
    if seconds := words.PASS.fullmatch(key.text):
        return _pass(scene, node, float(seconds[1][:12]))
    if key.text == words.ONE_ORDER:
        return _one_order(scene, node)
    spoken = find_verb(key.text)
    if spoken:
        return sentence(scene, node, spoken, None)
    if scene.people.find(key.text):
        scene.found.error(node.place, f"what does {key.text} do? expected `{key.text} VERB` or `{key.text}: TEXT`")
        return None
    unknown(scene, node, None)
    return None


def _keyed(scene: Scene, key: Text, value: Node) -> Step | None:
    """`NAME: TEXT` is typed, whatever it says; `NAME VERB: OBJECT` is the rest."""
    text = scene.values.fill(key.text, key.place).strip()
    if scene.people.find(text):
        return _typed(scene, key, text, value)
    spoken = find_verb(text)
    if spoken:
        return sentence(scene, key, spoken, value)
    if text.startswith("1 of ") or text == "everyone else" or text == "everyone" or " and " in text:
        scene.head(key)
        scene.who(text, key)
        return None
    unknown(scene, key, value)
    return None


def _pass(scene: Scene, key: Text, seconds: float) -> Step:
    head = scene.head(key)
    if scene.inside:
        scene.found.error(key.place, f"a wait cannot stand inside of `{scene.inside}`")
    if not 0 < seconds <= LONGEST_PASS:
        scene.found.error(key.place, f"expected a wait of more than 0 and at most {LONGEST_PASS} s")
    return Pass(**head, seconds=seconds)


def _one_order(scene: Scene, key: Text) -> Step:
    """The assignment's model judges all that was typed so far."""
    head = scene.head(key)
    if scene.inside:
        scene.found.error(key.place, f"`{words.ONE_ORDER}` cannot stand inside of `{scene.inside}`")
    elif not scene.assignment.model and "model" not in scene.assignment.withheld:
        scene.found.error(key.place, "this assignment has no model: name its file with `model` in assignment.yaml")
    elif not set(scene.stage.state) - {scene.people.server}:
        scene.found.error(key.place, "nobody has typed anything: there is no answer to explain")
    return OneOrder(**head)


def _typed(scene: Scene, key: Text, subject: str, value: Node) -> Step | None:
    """Lines typed at terminals."""
    text = scene.text(value, "the line to type")
    head = scene.head(key, said(value))
    who = scene.who(subject, key)
    if who is None or text is None:
        return None
    if scene.inside == "any of":
        scene.found.error(key.place, "`any of` takes expectations, and this is typed")
    if who.quantifier is Quantifier.ONE:
        scene.found.error(key.place, "`1 of` can be expected, not typed: say who")
    if absent := scene.stage.absent(who.handles):
        scene.found.error(key.place, absent)
    lines = tuple((handle, _line(scene, handle, text, value)) for handle in who.handles)
    for complaint in dict.fromkeys(c for _, line in lines for c in unfit(line)):
        scene.found.error(value.place, complaint)
    _warn_of(scene, subject, text, value, max(len(line.encode()) for _, line in lines))
    for handle, line in lines:
        scene.stage.type(head["number"], handle, line)
    return Type(**head, lines=lines)


def _line(scene: Scene, handle: str, text: str, value: Node) -> str:
    person = scene.people.person(handle)
    extra = {"name": person.account} if person else {}
    return scene.values.fill(text, value.place, **extra)


def _warn_of(scene: Scene, subject: str, text: str, value: Node, size: int) -> None:
    """Tell of typed text that reads like a direction, or that no terminal takes."""
    for form, _, _ in FORMS:
        if text == form:
            scene.found.warn(value.place, f"{text!r} is typed here, and reads like a direction", f"{subject} {form}")
        elif text.startswith(f"{form}: "):
            scene.found.warn(value.place, f"{text!r} is typed here, and reads like a step", f"{subject} {text}")
    if size > TERMINAL_LINE:
        scene.found.warn(value.place, f"a terminal cuts lines at {TERMINAL_LINE:,} bytes, this one has {size:,}")


def _times(scene: Scene, key: Text, value: Node, times: int) -> list[Step]:
    """`N times`, unrolled; `{n}` counts from 1, that of the innermost."""
    if times == 0:
        scene.found.error(key.place, "`0 times` plays nothing")
        return []
    outer, before = scene.values.count, scene.found.errors
    steps: list[Step] = []
    for count in range(1, times + 1):
        scene.values.count = str(count)
        try:
            steps += _list(scene, value, f"`{key.text}`")
        except TooLong as exc:
            raise TooLong(key.place) from exc
        if scene.found.errors > before:
            break  # the next round would find the same again
    scene.values.count = outer
    return steps


def _block(scene: Scene, key: Text, value: Node) -> tuple[Step, ...]:
    around = scene.inside or ("in turn" if scene.in_turn and key.text == "together" else "")
    if around:
        scene.found.error(key.place, f"`{key.text}` cannot stand inside of `{around}`")
        return ()
    scene.inside = key.text
    try:
        return tuple(_list(scene, value, f"`{key.text}`"))
    finally:
        scene.inside = ""


def _together(scene: Scene, key: Text, value: Node) -> Step | None:
    """Steps that begin at one instant: two or more people, or lines."""
    head = scene.head(key)
    before = scene.found.errors
    steps = _block(scene, key, value)
    handles = [handle for step in steps for handle in _starts(step)]
    if len(handles) < 2 and scene.found.errors == before:
        scene.found.error(key.place, "`together` needs two or more who begin at one instant")
    if handles:
        scene.people.before = tuple(dict.fromkeys(handles))
    return Together(**head, steps=steps)


def _in_turn(scene: Scene, key: Text, value: Node) -> list[Step]:
    """The same steps as `together` takes, each answered before the next begins: steps of the play like all others."""
    before = scene.found.errors
    if scene.inside or scene.in_turn:
        scene.found.error(key.place, f"`in turn` cannot stand inside of `{scene.inside or 'in turn'}`")
        return []
    scene.in_turn = True
    try:
        steps = _list(scene, value, "`in turn`")
    finally:
        scene.in_turn = False
    if len([handle for step in steps for handle in _starts(step)]) < 2 and scene.found.errors == before:
        scene.found.error(key.place, "`in turn` needs two or more who do something")
    return steps


def _starts(step: Step) -> list[str]:
    """Who does something in this step, once for each thing."""
    if isinstance(step, Type):
        return [handle for handle, _ in step.lines]
    if isinstance(step, Plays):
        return [handle for handle in step.who for _ in range(step.commands)]
    return list(step.who) if isinstance(step, Do) else []


def _any_of(scene: Scene, key: Text, value: Node) -> Step | None:
    """Several witnesses of one fact."""
    head = scene.head(key)
    before = scene.found.errors
    steps = _block(scene, key, value)
    if len(steps) < 2 and scene.found.errors == before:
        scene.found.error(key.place, "`any of` needs two witnesses or more")
    return AnyOf(**head, steps=steps)
