"""A sentence of the play, `NAME VERB` or `NAME VERB: OBJECT`: something done, or something expected."""

from __future__ import annotations

from typing import Any

from harness.scenario import words
from harness.scenario.many import read_hold, read_plays
from harness.scenario.mistakes import nearest
from harness.scenario.model import Deed, Do, Expect, ExpectFile, FileState, Many, Quantifier, Sight, Step
from harness.scenario.scene import Scene, said
from harness.scenario.verbs import FORMS, Spoken, Subject, Takes, Verb
from harness.scenario.who import SEPARATOR, Who
from harness.yaml_file import Items, Node, Text

# Steps that name nobody: those with something behind them, and those without.
_BLOCKS = (
    ("together", "in turn", "any of", "2 times", "3 times", "10 times"),
    (words.ONE_ORDER, "1 s pass", "3 s pass"),
)


def sentence(scene: Scene, key: Text, spoken: Spoken, value: Node | None) -> Step | None:
    """The step that a sentence means; None (and a mistake) if it means none."""
    verb = spoken.verb
    if isinstance(verb.means, Many):
        return _many(scene, key, spoken, value)
    head = scene.head(key, None if value is None else said(value), verb=True)
    if not _object_fits(scene, key, spoken, value):
        return None
    if isinstance(verb.means, FileState):
        return _file(scene, key, spoken, value, head)
    if "/" in spoken.subject:
        scene.found.error(key.place, f"`{spoken.form}` is said of {verb.subject.value}, not of files")
        return None
    who = _who(scene, key, spoken)
    if who is None:
        return None
    if isinstance(verb.means, Deed):
        return _deed(scene, key, verb.means, who, value, head)
    return _sight(scene, key, verb, verb.means, who, value, head)


def _many(scene: Scene, key: Text, spoken: Spoken, value: Node | None) -> Step | None:
    """What is about many at once, or about the network between them."""
    if not _object_fits(scene, key, spoken, value) or value is None:
        scene.head(key)
        return None
    if spoken.verb.subject is Subject.NETWORK:
        return read_hold(scene, key, spoken, value)
    who = _who(scene, key, spoken)
    if who is None:
        scene.head(key)
        return None
    return read_plays(scene, key, who, value)


def unknown(scene: Scene, key: Text, value: Node | None) -> None:
    """Say what is wrong with a step that no rule of the language fits."""
    scene.head(key)
    text = scene.values.shown(key.text).strip()
    parts = text.split(" ")
    if any(text == form for form, _, _ in FORMS):
        return scene.found.error(key.place, f"who {text}? expected `NAME {text}`")
    if meant := nearest(text, _BLOCKS[value is None], 0.75):
        return scene.found.error(key.place, f"unknown step {text!r}", meant)
    if len(parts) == 1 and value is not None:
        return scene.found.error(key.place, f"nobody is called {text!r}", nearest(text, scene.people.names()))
    forms = [form for form, _, _ in FORMS]
    for cut in range(len(parts) - 1, 0, -1):
        subject, rest = " ".join(parts[:cut]), " ".join(parts[cut:])
        if "/" in parts[0] or scene.people.find(subject):
            meant = nearest(rest, forms)
            if cut == 1 or meant:
                return scene.found.error(key.place, f"unknown verb {rest!r}", f"{subject} {meant}" if meant else "")
    guess = nearest(" ".join(parts[1:]), forms)
    if guess:
        meant = nearest(parts[0], scene.people.names())
        return scene.found.error(key.place, f"unknown step {text!r}", f"{meant or parts[0]} {guess}")
    wanted = "inside of `[ ]` a comma ends a text: quote it" if scene.flow else "expected `NAME VERB` or `NAME: TEXT`"
    return scene.found.error(key.place, f"unknown step {text!r}: {wanted}")


def _object_fits(scene: Scene, key: Text, spoken: Spoken, value: Node | None) -> bool:
    """Whether the verb got what it takes: an object, or none."""
    takes = spoken.verb.takes
    if takes is Takes.NONE and value is not None:
        scene.found.error(key.place, f"`{spoken.form}` takes nothing behind it", f"{spoken.subject} {spoken.form}")
        return False
    if takes is not Takes.NONE and value is None:
        wanted = f"{spoken.subject} {spoken.form}: {takes.value}"
        scene.found.error(key.place, f"`{spoken.form}` says too little: expected `{wanted}`")
        return False
    return True


def _number_fits(scene: Scene, key: Text, spoken: Spoken, several: bool | None) -> None:
    verb = spoken.verb
    if several is not None and verb.name != verb.plural and spoken.several != several:
        right = verb.plural if several else verb.name
        scene.found.warn(key.place, f"the verb does not fit {spoken.subject!r}", f"{spoken.subject} {right}")


def _who(scene: Scene, key: Text, spoken: Spoken) -> Who | None:
    who = scene.who(spoken.subject, key)
    if who is None:
        return None
    if spoken.verb.subject is Subject.PEOPLE and scene.people.server in who.handles:
        scene.found.error(key.place, f"`{spoken.form}` is said of people, not of {scene.people.server}")
        return None
    _number_fits(scene, key, spoken, who.several)
    return who


def _deed(scene: Scene, key: Text, deed: Deed, who: Who, value: Node | None, head: dict[str, Any]) -> Step | None:
    wrong = scene.stage.refuses(deed, who.handles)
    if deed in (Deed.LOG_IN, Deed.LOGIN_REFUSED) and scene.assignment.login is None:
        wrong = "nobody logs in in this assignment: say `starts`"
    elif scene.inside == "any of":
        wrong = f"`any of` takes expectations, and `{deed.value}` is done"
    elif who.quantifier is Quantifier.ONE and not (deed is Deed.LOG_IN and scene.inside == "together"):
        wrong = f"`1 of` is said of what one expects, not of `{deed.value}` (but `logs in` inside of `together`)"
    if wrong:
        scene.found.error(key.place, wrong)
    scene.stage.do(deed, who.handles)
    argument, data = (None, None) if value is None else _argument(scene, deed, value)
    return Do(**head, deed=deed, who=who.handles, argument=argument, data=data, quantifier=who.quantifier)


def _argument(scene: Scene, deed: Deed, value: Node) -> tuple[str | None, bytes | None]:
    """The password, the key or the bytes."""
    text = scene.text(value)
    if text is None or not isinstance(value, Text):
        return None, None
    text = scene.values.fill(text, value.place)
    if deed is Deed.PRESS:
        if text not in words.PRESSED:
            scene.found.error(value.place, f"unknown key {text!r}", nearest(text, words.PRESSED))
        return text, words.PRESSED.get(text)
    if deed is Deed.SEND:
        return text, _bytes(scene, value, text)
    if not text or not text.isprintable():
        scene.found.error(value.place, "expected a password of printable characters")
    return text, None


def _bytes(scene: Scene, value: Text, text: str) -> bytes | None:
    high = next((char for char in text if "\x80" <= char <= "\xff"), None)
    if high and value.quote == '"':
        meant = f"\\x{ord(high):02x}"
        scene.found.error(value.place, f"in double quotes `{meant}` is the letter {high!r}: use single quotes")
    try:
        data = words.unescape(text)
    except ValueError as exc:
        scene.found.error(value.place, str(exc))
        return None
    if not data:
        scene.found.error(value.place, "`sends` needs at least one byte")
    return data


def _sight(
    scene: Scene, key: Text, verb: Verb, sight: Sight, who: Who, value: Node | None, head: dict[str, Any]
) -> Step | None:
    wrong = scene.stage.absent(who.handles)
    if scene.inside == "together":
        wrong = "an expectation cannot stand inside of `together`: write it behind"
    if wrong:
        scene.found.error(key.place, wrong)
    if sight is Sight.LEAVES and not scene.inside and who.quantifier is Quantifier.ALL:
        scene.stage.leave(who.handles)
    texts = () if value is None else _texts(scene, verb, who, value)
    reference: dict[str, int] = {}
    if verb.takes is Takes.LINE and value is not None and texts:
        reference = _references(scene, who, texts[0], value)
    return Expect(
        **head, sight=sight, who=who.handles, texts=texts, exactly=verb.exactly,
        quantifier=who.quantifier, reference=reference,
    )  # fmt: skip


def _texts(scene: Scene, verb: Verb, who: Who, value: Node) -> tuple[str, ...]:
    """The texts to look for, with every value put in."""
    nodes = value.items if verb.takes is Takes.TEXTS and isinstance(value, Items) else (value,)
    expected = "a text, or texts in `[ ]`" if verb.takes is Takes.TEXTS else "one text"
    person = scene.people.person(who.handles[0]) if len(who.handles) == 1 else None
    # Of several people each looks for a name of their own: the judge puts it in.
    several = {"name": "{name}"} if verb.means is Sight.SEES else {}
    extra = {"name": person.account} if person else several
    texts: list[str] = []
    for node in nodes:
        text = scene.text(node, expected)
        if text is not None and not text.strip():
            scene.found.error(node.place, "there is nothing to look for: expected a text")
        if text is not None:
            texts += _for_each(scene, verb, text, node, extra)
    if verb.means is Sight.SEES_ONE_OF and len(nodes) < 2:
        scene.found.error(value.place, "`sees one of` needs two texts or more", "sees")
    return tuple(texts)


def _for_each(scene: Scene, verb: Verb, text: str, node: Node, extra: dict[str, str]) -> list[str]:
    """`{crowd}` in `sees each once` makes one text for each of the crowd."""
    if verb.means is Sight.SEES_EACH_ONCE:
        for name, accounts in scene.values.crowds.items():
            if f"{{{name}}}" in text:
                scene.weigh(len(accounts))
                return [scene.values.fill(text, node.place, **extra, **{name: account}) for account in accounts]
    return [scene.values.fill(text, node.place, **extra)]


def _references(scene: Scene, who: Who, line: str, value: Node) -> dict[str, int]:
    """Whose earlier answer is meant, for each of them."""
    reference = {}
    for handle in who.handles:
        number = scene.stage.reference(handle, line)
        if handle not in scene.stage.last:
            scene.found.error(value.place, f"{handle} has typed nothing that could be answered")
        elif number is None:
            lines = (text for text in scene.stage.typed if text != line)
            scene.found.error(value.place, f"nobody typed {line!r} before that", nearest(line, lines))
        else:
            reference[handle] = number
    return reference


def _file(scene: Scene, key: Text, spoken: Spoken, value: Node | None, head: dict[str, Any]) -> Step | None:
    """Something expected of files."""
    verb = spoken.verb
    assert isinstance(verb.means, FileState)
    if "/" not in spoken.subject:
        example = f"{scene.people.server or 'yoda'}/notes.txt"
        scene.found.error(key.place, f"`{spoken.form}` is said of files, such as {example}")
        return None
    if scene.inside == "together":
        scene.found.error(key.place, "an expectation cannot stand inside of `together`: write it behind")
    paths = SEPARATOR.split(spoken.subject)
    for path in paths:
        scene.path(path, key.place)
    scene.weigh(len(paths) - 1)
    _number_fits(scene, key, spoken, len(paths) > 1)
    content = other = None
    if value is not None and (text := scene.text(value)) is not None:
        filled = scene.values.fill(text, value.place)
        content, other = (None, filled) if verb.takes is Takes.PATH else (filled, None)
        if other is not None:
            scene.path(other, value.place)
        if content == "" and isinstance(value, Text) and not value.quote:
            scene.found.error(value.place, f'`{spoken.form}` says too little: an empty file is `{spoken.form}: ""`')
    return ExpectFile(**head, state=verb.means, paths=tuple(paths), content=content, other=other, exactly=verb.exactly)
