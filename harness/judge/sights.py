"""Judge what people saw, and who left: one function a verb, each giving the reason or None."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from harness.events import NotTyped, Settled
from harness.judge import sentences as say
from harness.judge.evidence import PROOF, out_of_time, refusal
from harness.judge.miss import Miss, exactly_one
from harness.judge.silences import silent, too_slow
from harness.judge.view import View
from harness.scenario.matching import count, fold, mask, near_miss, text_differs
from harness.scenario.model import Expect, Quantifier, Sight, first_word
from harness.scenario.textual import has_lines, holds
from harness.verdict import Verdict


def judge_expect(view: View, step: Expect) -> Iterable[tuple[str, Miss | None]]:
    """Each person must fulfil it; with "1 of", exactly one."""
    misses = [(actor, _CHECKS[step.sight](view, step, actor)) for actor in step.who]
    return [(step.who[0], exactly_one(step, misses))] if step.quantifier is Quantifier.ONE else misses


def _leaves(view: View, step: Expect, actor: str) -> Miss | None:
    if view.gone(actor, view.end(step)) is not None:
        return None
    settled = view.settled_now(step)
    verdict, why = refusal(settled)
    asks = settled is not None and actor in settled.asks
    state = "still waits for its keyboard" if asks else "still runs"
    likely = _where_it_waits(settled, actor)
    if asks and actor in view.began.accounts:
        likely = _why_it_asks(view, step, actor)
    sentence = f"{say.program(view, actor)} should have left by itself, and {state}"
    return Miss("did-not-leave", say.open_because(sentence, why), "it ends", state,
                where=say.theirs(view, actor, "terminal"), likely=likely, verdict=verdict)


def _why_it_asks(view: View, step: Expect, actor: str) -> str:
    """What keeps a client that asks for the keyboard: it has not heard, or it has heard and asks all the same."""
    news, typed = view.unasked(actor, step).strip(), view.last_typed(actor, view.end(step))
    if typed is not None and typed > view.last_act(step):
        return f"it asks for the keyboard again{f' behind its answer: {say.shown(news)}' if news else ''}"
    if not news:
        return "a program that waits in input() cannot hear the server: it leaves only after the next key press"
    return (f"it shows that it has heard: {say.shown(news)}; but it asks for the keyboard all the same. A thread that "
            "hears must end the whole process, and not only itself")  # fmt: skip


def _where_it_waits(settled: Settled | None, actor: str) -> str:
    """Where its threads wait, those of one kind together; a runtime's own, of which nothing is told, are left out."""
    waits = Counter(w["told"] for w in (settled.waits if settled else []) if w.get("actor") == actor and "told" in w)
    return "; ".join(f"a thread waits {told}" if many == 1 else f"{many} threads wait {told}"
                     for told, many in list(waits.items())[:4])  # fmt: skip


def _stays(view: View, step: Expect, actor: str) -> Miss | None:
    gone = view.gone(actor, view.end(step))
    if gone is None:
        return None
    return Miss("left", f"{say.program(view, actor)} should still run, and {say.ending(gone)}", "it stays",
                say.ending(gone), where=say.theirs(view, actor, "terminal"))


def _sees(view: View, step: Expect, actor: str) -> Miss | None:
    wanted = step.texts[0].replace("{name}", view.account(actor))
    seen = view.seen(actor, step)
    if text_differs(seen, wanted, exactly=step.exactly) is None:
        return None
    near = near_miss(seen, wanted) or _elsewhere(view, step, actor, wanted)
    return _unseen(view, step, actor, wanted, seen, near)


def _sees_one_of(view: View, step: Expect, actor: str) -> Miss | None:
    seen = view.seen(actor, step)
    if any(text_differs(seen, wanted, exactly=step.exactly) is None for wanted in step.texts):
        return None
    near = next(filter(None, (near_miss(seen, wanted) for wanted in step.texts)), "")
    texts = say.several([say.shown(wanted) for wanted in step.texts], "or")
    sentence = f"expected {texts} on {say.theirs(view, actor, 'terminal')}, got {say.shown(seen)}"
    return _unseen(view, step, actor, "\nor\n".join(step.texts), seen, near, sentence)


def _sees_each_once(view: View, step: Expect, actor: str) -> Miss | None:
    seen, answer = view.seen(actor, step), view.without_menu(actor, step)
    # A menu with numbered lines shows `1` too.
    counts = {text: n if (n := count(seen, text)) <= 1 else count(answer, text) for text in step.texts}
    lost = [wanted for wanted, n in counts.items() if n == 0]
    doubled = [wanted for wanted, n in counts.items() if n > 1]
    if not lost and not doubled:
        flood = view.capped(actor, view.end(step))
        return _not_kept(view, step, actor, "one of the texts may stand a second time") if flood else None
    parts = [f"{len(lost)} missing ({_some(lost)})"] if lost else []
    parts += [f"{len(doubled)} more than once ({_some(doubled)})"] if doubled else []
    what = f"of {len(step.texts)} texts that should stand once each on {say.theirs(view, actor, 'terminal')}"
    return _unseen(view, step, actor, "\n".join(step.texts), seen, "", f"{what}, {say.several(parts)}")


def _some(texts: list[str]) -> str:
    return ", ".join(map(repr, texts[:3])) + (", …" if len(texts) > 3 else "")


def _unseen(view: View, step: Expect, actor: str, wanted: str, seen: str, near: str, sentence: str = "") -> Miss:
    """Something that should stand there, and does not."""
    if view.capped(actor, view.end(step)):
        return _not_kept(view, step, actor, f"{say.shown(wanted)} may stand")
    where = say.theirs(view, actor, "terminal")
    settled = view.settled_now(step)
    verdict, why = refusal(settled)
    sentence = sentence or f"expected {say.shown(wanted)} on {where}, got {say.shown(seen)}"
    gone = view.gone(actor, view.end(step))
    likely = f"{say.program(view, actor)} {say.ending(gone)}" if gone else ""
    if not gone and verdict is Verdict.FAILED and (silence := _silence(view, step, actor, wanted)) is not None:
        return replace(silence, near=near)
    if not gone and settled is not None and actor not in settled.asks:
        likely = say.cause(settled)
    return Miss("not-seen", say.open_because(sentence, why), wanted, seen, near, where, likely, verdict)


def _silence(view: View, step: Expect, actor: str, wanted: str) -> Miss | None:
    """Nothing came: the line that this person typed had an empty answer, or none, or none yet."""
    if view.typed_what(actor, step) != "line" or not view.only_prompt(actor, step):
        return None
    return silent(view, step, actor, wanted, _owed(view, step, actor))


def _not_kept(view: View, step: Expect, actor: str, what: str) -> Miss:
    """A flood hides what would decide this."""
    where = say.theirs(view, actor, "terminal")
    sentence = f"{say.program(view, actor)} printed more than is kept: {what} in the rest"
    return Miss("not-kept", sentence, "\n".join(step.texts), say.shown(view.seen(actor, step)), where=where,
                verdict=Verdict.UNDECIDED)


def _elsewhere(view: View, step: Expect, actor: str, wanted: str) -> str:
    others = [a for a in dict.fromkeys([*view.began.accounts, *_servers(view)]) if a != actor]
    for other in others:
        if text_differs(view.text(other, view.since(actor, step), view.end(step)), wanted) is None:
            return f"right text, wrong terminal: it stands on {say.theirs(view, other, 'terminal')}"
    return ""


def _servers(view: View) -> list[str]:
    return [a for a in view.actors if a not in view.began.accounts]


def _never_sees(view: View, step: Expect, actor: str) -> Miss | None:
    wanted, seen = step.texts[0], view.seen(actor, step)
    where = say.theirs(view, actor, "terminal")
    stands = has_lines if step.exactly else holds
    if all(stands(text, wanted) for text in (seen, view.without_menu(actor, step))):
        return Miss("seen", f"{say.shown(wanted)} should not stand on {where}, and it does: {say.shown(seen)}",
                    f"no {wanted!r}", seen, where=where)
    return _unproven(view, step, actor, say.shown(wanted))


def _unproven(view: View, step: Expect, actor: str, what: str) -> Miss | None:
    """Something that is not there proves nothing while an answer is owed, or where not all was kept or waited for."""
    if view.capped(actor, view.end(step)):
        return _not_kept(view, step, actor, f"{what} may stand")
    owed = _owed(view, step, actor)
    verdict, why = refusal(view.settled_now(step))
    if owed is None and verdict is Verdict.UNDECIDED:
        where = say.theirs(view, actor, "terminal")
        return Miss("no-answer", f"whether {what} comes to {where} cannot be told ({why})", where=where,
                    verdict=verdict)
    return owed


def _owed(view: View, step: Expect, actor: str) -> Miss | None:
    """Whether a person's client still owes an answer: it runs, and does not ask for the next line."""
    end = view.end(step)
    if actor not in view.began.accounts or view.gone(actor, end) is not None or view.paused(actor, end):
        return None
    settled = view.settled_now(step)
    verdict, why = refusal(settled)
    silent = not view.seen(actor, step).strip()
    if settled is not None and (actor in settled.asks or not (settled.evidence in PROOF or silent)):
        return None
    if settled is not None and out_of_time(settled):
        return too_slow(view, step, actor, settled, repr(view.typed_line(actor, step)))
    sentence = f"{say.program(view, actor)} owes an answer, and does not ask for the next line"
    return Miss("no-answer", say.open_because(sentence, why), "an answer, and the next question",
                say.shown(view.seen(actor, step)), where=say.theirs(view, actor, "terminal"), likely=say.cause(settled),
                verdict=verdict)


def _sees_nothing(view: View, step: Expect, actor: str) -> Miss | None:
    """Nothing but its own prompt since it last typed; what it was answered before others acted does not count."""
    seen = view.unasked(actor, step)
    if not seen.strip():
        return _unproven(view, step, actor, "something")
    where = say.theirs(view, actor, "terminal")
    return Miss("seen", f"expected nothing new on {where}, got {say.shown(seen)}", "nothing", seen, where=where)


def _like(view: View, step: Expect, actor: str) -> Miss | None:
    return _compare(view, step, actor, alike=True)


def _unlike(view: View, step: Expect, actor: str) -> Miss | None:
    return _compare(view, step, actor, alike=False)


def _compare(view: View, step: Expect, actor: str, *, alike: bool) -> Miss | None:
    """Compare the last answer with an earlier one, names and numbers masked: refusals have no fixed wording."""
    line, seen = step.texts[0], view.seen(actor, step)
    before = view.answer(actor, step.reference.get(actor, -1))
    where = say.theirs(view, actor, "terminal")
    if before is None or _unread(view, step, actor):
        never = f"{line!r} was never answered" if before is None else "the line was never typed"
        return Miss("nothing-to-compare", f"{never}, so there is nothing to compare with", where=where,
                    verdict=Verdict.UNDECIDED)
    flood = view.capped(actor, view.end(step))
    owed = _not_kept(view, step, actor, "the answer may stand") if flood else _owed(view, step, actor)
    typed = view.typed_line(actor, step)
    if owed is None and not alike:
        owed = _ended_instead(view, step, actor, typed)
    if owed is not None:
        return owed
    words = [*view.names, *line.split(), *typed.split()]
    same = fold(mask(before, words)) == fold(mask(seen, words))
    if same is alike:
        return None
    if alike:
        return Miss("unlike", f"{typed!r} should be answered like {line!r}, {say.first_line(before, seen)}, and was "
                    f"answered {say.first_line(seen, before)}", before, seen, where=where)
    as_ = f"just like {line!r}" if typed != line else "just as before"
    return Miss("not-refused", f"{typed!r} was answered {as_}, and should not have been: {say.first_line(seen)}",
                f"an answer unlike that to {line!r}", seen, where=where)


def _unread(view: View, step: Expect, actor: str) -> bool:
    """Whether this person's last line found nobody to read it."""
    since = view.events[view.since(actor, step) : view.end(step)]
    return any(isinstance(event, NotTyped) and event.actor == actor for event in since)


def _ended_instead(view: View, step: Expect, actor: str, typed: str) -> Miss | None:
    """A program that ends is no refusal: nobody was told anything, and nobody can go on. (Some lines may end it.)"""
    gone = view.gone(actor, view.end(step))
    if gone is None or gone.by_us or first_word(typed) in view.scenario.leaving:
        return None
    sentence = f"{say.program(view, actor)} {say.ending(gone)} after {say.shown(typed, 80)} was typed"
    return Miss("left", f"{sentence}, and should have refused it and asked for the next line",
                "a refusal, and the next question", say.shown(view.seen(actor, step)),
                where=say.theirs(view, actor, "terminal"))


_CHECKS: dict[Sight, Callable[[View, Expect, str], Miss | None]] = {
    Sight.LEAVES: _leaves,
    Sight.STAYS: _stays,
    Sight.SEES: _sees,
    Sight.SEES_ONE_OF: _sees_one_of,
    Sight.SEES_EACH_ONCE: _sees_each_once,
    Sight.NEVER_SEES: _never_sees,
    Sight.SEES_NOTHING: _sees_nothing,
    Sight.LIKE: _like,
    Sight.UNLIKE: _unlike,
}
