"""One assignment, several years of it: what a variant is, and which scenarios are for which."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from harness.events import Began
from harness.scenario.assignment import Assignment
from harness.scenario.loader import assignment_text, check_text, load_assignment, load_text, scenario_from
from harness.scenario.mistakes import Mistakes
from harness.scenario.model import Scenario, Type
from harness.scenario.select import select

TEXT = """\
assignment: a message board
variant: "2020"
roles:
  server: {entry: server, arguments: ["{port}", "{secret}"], listens: true}
  client: {entry: client, arguments: ["{host}", "{port}"]}
values: {secret: open sesame, motto: be brief}
reference: ../board
moves_files: [SEND]
leaving: [QUIT, END]
variants:
  "2022":
    transport: udp
    roles:
      server: {arguments: ["{port}"]}
      client: {arguments: [["{port}"], ["{host}", "{port}"]]}
    values: {motto: be brief}
    leaving: [QUIT]
    reference: ../later
    rubric: rubric-2022.yaml
  "2025": {assignment: a message board for many}
"""
BOARD = assignment_text(TEXT)
PLAY = "cast: {yoda: Yoda}\nplay: [yoda starts, {yoda: hello}]\n"


def told(text: str, assignment: Assignment = BOARD) -> list[str]:
    """What `harness check` says of a file."""
    return [str(mistake).removeprefix("f:") for mistake in check_text(text, "f", assignment)]


def load(text: str, variant: str = "2020") -> list[Scenario]:
    """The scenarios of a text, read as one of this variant."""
    return load_text(text, "f", BOARD.variant(variant))


# --- assignments


def test_an_assignment_is_its_own_first_variant() -> None:
    """As loaded it is complete, and so are the variants, which know each other's names."""
    assert BOARD.variant_names == ["2020", "2022", "2025"]
    own = BOARD.variant("2020")
    assert (own.name, own.variants, own.roles, own.values) == ("2020", {}, BOARD.roles, BOARD.values)
    assert own.variant("2022").variant_names == BOARD.variant_names
    with pytest.raises(KeyError):
        BOARD.variant("2021")


def test_a_variant_replaces_what_it_names_and_nothing_else() -> None:
    """A key that is given replaces the whole value; of roles only the arguments."""
    later = BOARD.variant("2022")
    assert (later.name, later.transport, later.leaving) == ("2022", "udp", ["QUIT"])
    assert later.values == {"motto": "be brief"}
    assert (later.reference, later.rubric) == ("../later", "rubric-2022.yaml")
    assert (later.assignment, later.moves_files, later.server) == (BOARD.assignment, ["SEND"], "server")
    assert later.roles["server"].arguments == ["{port}"]
    assert BOARD.variant("2025").assignment == "a message board for many"
    assert BOARD.variant("2025").roles == BOARD.roles


def test_of_several_arguments_the_first_is_taken_unless_another_is_chosen() -> None:
    """A plain list is the only alternative."""
    client = BOARD.variant("2022").roles["client"]
    assert (client.arguments, client.alternatives) == (["{port}"], [["{port}"], ["{host}", "{port}"]])
    assert BOARD.roles["client"].alternatives == [["{host}", "{port}"]]
    chosen = BOARD.variant("2022").choosing({"client": ["{host}", "{port}"]})
    assert chosen.roles["client"].alternatives == [["{host}", "{port}"]]
    assert chosen.roles["server"].arguments == ["{port}"]
    assert (chosen.name, chosen.variant_names) == ("2022", BOARD.variant_names)


def test_an_assignment_without_variants_has_no_names() -> None:
    """Nothing is asked of a course that has one task."""
    alone = assignment_text("assignment: a\nroles: {}\nreference: .\n")
    assert (alone.name, alone.variant_names) == ("", [])
    assert not told(f"scenario: s\n{PLAY}", assignment_text(TEXT.partition("variants:")[0]))


def test_a_variant_goes_to_other_processes() -> None:
    """Plays happen in workers."""
    assert pickle.loads(pickle.dumps(BOARD.variant("2022"))) == BOARD.variant("2022")


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ('variant: "2020"\n', "", "9:1: variants: the key 'variant' must name the task that these are variants of"),
        ('"2025"', '"2020"', "10:1: variants: '2020' is the name of the task itself (the key 'variant')"),
        ("      server: {arg", "      servre: {arg",
         "10:1: variants: variant '2022' changes the role 'servre', and there is none"),
        ("    leaving: [QUIT]", "    leafing: [QUIT]",
         "17:5: unknown key 'variants.2022.leafing' (did you mean 'leaving'?)"),
        ("{port}\"]}\n      client", "{port}\"], entry: x}\n      client",
         "14:39: unknown key 'variants.2022.roles.server.entry'"),
        ("variant:", "varient:", "2:1: unknown key 'varient' (did you mean 'variant'?)"),
        ('arguments: [["{port}"], [', 'arguments: [[{a: b}], [',
         "15:29: variants.2022.roles.client.arguments.0.0: expected a valid string"),
    ],
)  # fmt: skip
def test_mistakes_in_variants_have_their_place(old: str, new: str, mistake: str) -> None:
    """All are found when the assignment is read."""
    assert TEXT.count(old) == 1
    with pytest.raises(Mistakes) as caught:
        assignment_text(TEXT.replace(old, new), "f")
    assert str(caught.value.mistakes[0]).removeprefix("f:") == mistake


def test_the_forums_own_variants_are_complete() -> None:
    """What the course asks of later years (brief 10)."""
    forum = load_assignment(Path(__file__).parents[3] / "scenarios" / "assignment.yaml")
    assert (forum.name, forum.variant_names) == ("2020", ["2020", "2022", "2025"])
    for name in ("2022", "2025"):
        later = forum.variant(name)
        assert (later.transport, later.roles["server"].arguments, later.values) == ("udp", ["{port}"], {})
        assert later.roles["client"].alternatives == [["{port}"], ["{host}", "{port}"]]
        assert "SHT" not in later.leaving


# --- scenarios


def test_a_scenario_says_which_variants_it_is_for() -> None:
    """Without a word it is for all of them; select() leaves out the others."""
    text = f"scenario: a\n{PLAY}---\nscenario: b\nvariants: ['2020']\n{PLAY}---\nscenario: c\nvariants: '2025'\n{PLAY}"
    scenarios = load(text)
    assert [list(s.variants) for s in scenarios] == [[], ["2020"], ["2025"]]
    for variant, names in (("2020", "ab"), ("2022", "a"), ("2025", "ac")):
        assert "".join(s.name for s in select(load(text, variant), [], wording_free=True, variant=variant)) == names


def test_a_scenario_of_another_variant_is_read_by_that_ones_values() -> None:
    """So a file can be read whole, whatever is played of it."""
    text = f"scenario: s\nvariants: ['2020']\n{PLAY}".replace("hello", "'END {secret}'")
    for variant in BOARD.variant_names:
        typed = [s.lines for s in load(text, variant)[0].steps() if isinstance(s, Type)]
        assert typed == [(("yoda", "END open sesame"),)]
        assert load(text, variant)[0].leaving == {"QUIT", "END"}


def test_who_uses_a_value_of_some_variants_is_for_those() -> None:
    """It need not be said; a value that all of them have says nothing."""
    secret = f"scenario: s\n{PLAY}".replace("hello", "'END {secret}'")
    assert [load(secret, variant)[0].variants for variant in BOARD.variant_names] == [("2020", "2025")] * 3
    assert load(f"scenario: s\n{PLAY}".replace("hello", "'{motto}'"))[0].variants == ()
    assert not told(secret)


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        ('["2020", 20222]', "2:20: unknown variant '20222' (did you mean '2022'?)"),
        ("later", "2:11: unknown variant 'later'"),
        ("[x, '2022', y]", "2:12: unknown variant 'x'"),
        ("{a: b}", "2:11: expected a text"),
        ("['']", "2:12: `variants` needs a word"),
    ],
)
def test_a_mistake_in_variants_has_its_place(said: str, mistake: str) -> None:
    """With the nearest name there is."""
    assert told(f"scenario: s\nvariants: {said}\n{PLAY}")[0] == mistake


def test_an_unknown_variant_hides_nothing_and_brings_nothing_along() -> None:
    """The rest is read by the variants that have its values."""
    text = f"scenario: s\nvariants: ['2002']\n{PLAY}".replace("hello", "'END {secret}'")
    assert [line.partition(" (")[0] for line in told(text)] == ["2:12: unknown variant '2002'"]


def test_where_there_are_no_variants_none_can_be_named() -> None:
    """That is said, instead of a guess."""
    alone = assignment_text("assignment: a\nroles: {s: {entry: s, listens: true}, c: {entry: c}}\nreference: .\n")
    assert told(f"scenario: s\nvariants: ['2020']\n{PLAY}", alone) == [
        "2:12: unknown variant '2020': this assignment has none"]


def test_check_reads_a_scenario_as_each_variant_that_it_is_for() -> None:
    """A value that one of them lacks is a mistake, told once."""
    text = f"scenario: s\nvariants: ['2020', '2022']\n{PLAY}".replace("hello", "'END {secret}'")
    assert told(text) == [
        "4:28: `{secret}` is not declared in every variant: say with `variants` in which"]


def test_a_recording_is_read_as_the_variant_that_was_played() -> None:
    """Its assignment has all of them; without a name in it, it is of a time when there was one."""
    header = {"t": 0, "scenario": "s", "file": "f", "document": 0, "case": 0, "subject": {}, "stage": "", "seed": 0,
              "wall": "", "versions": {}, "source": f"scenario: s\n{PLAY}", "assignment": TEXT}  # fmt: skip
    leaving = {name: scenario_from(Began(**header, variant=name)).leaving for name in ("", "2020", "2022")}
    assert leaving == {"": {"QUIT", "END"}, "2020": {"QUIT", "END"}, "2022": {"QUIT"}}
    with pytest.raises(Mistakes, match="the recorded assignment has no variant '2021'"):
        scenario_from(Began(**header, variant="2021"))
