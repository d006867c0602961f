"""Saboteurs: a right program and one small change, written out; mistakes in their files are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.author.saboteur import Change, Known, Saboteur, base_of, bases, load_saboteurs, load_zoo, make, zoo_bases
from harness.scenario.mistakes import Mistakes

ABOUT = """\
saboteur: A server that shouts.
wrong: It answers in capitals.
base: plain
change:
  - {file: server.py, replace: "answer = text", with: "answer = text.upper()"}
killed by: "read.yaml::Texts stay as they are"
code: not-seen
sentence: expected 'hello'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a base and a saboteur made from it."""
    (tmp_path / "base" / "plain").mkdir(parents=True)
    (tmp_path / "base" / "plain" / "server.py").write_text("text = input()\nanswer = text\nprint(answer)\n")
    (tmp_path / "shouts").mkdir()
    (tmp_path / "shouts" / "saboteur.yaml").write_text(ABOUT)
    (tmp_path / "shouts" / "client.py").write_text("its own")
    return tmp_path


def test_a_saboteur_is_its_base_with_its_change_and_its_own_files(folder: Path) -> None:
    """The base stays as it is; saboteur.yaml is no part of the program."""
    [wrong] = load_saboteurs([folder])
    made = make(wrong, base_of(wrong, bases([folder])), folder / "made")
    assert sorted(path.name for path in made.iterdir()) == ["client.py", "server.py"]
    assert "answer = text.upper()" in (made / "server.py").read_text()
    assert "upper" not in (folder / "base" / "plain" / "server.py").read_text()


def test_bases_are_found_from_a_single_saboteur(folder: Path) -> None:
    """The right programs lie beside the saboteurs, however one of them is named."""
    assert bases([folder / "shouts"]) == bases([folder]) == {"plain": folder / "base" / "plain"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("answer = text\"", "nothing like it\"", ":1:1: the change of server.py fits its base 0 times, expected once"),
        ("replace: \"answer = text\"", "replace: \"t\"",
         ":1:1: the change of server.py fits its base 6 times, expected once"),
        ("file: server.py", "file: sever.py", ":1:1: the change of sever.py fits its base 0 times, expected once"),
        ("base: plain", "base: plane", ":1:1: there is no base 'plane' (did you mean 'plain'?)"),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_is_told(folder: Path, old: str, new: str, told: str) -> None:
    """A base that moved on under its saboteur is a mistake with its file."""
    file = folder / "shouts" / "saboteur.yaml"
    file.write_text(ABOUT.replace(old, new))
    [wrong] = load_saboteurs([folder])
    with pytest.raises(Mistakes) as mistakes:
        make(wrong, base_of(wrong, bases([folder])), folder / "made")
    assert str(mistakes.value) == f"{file}{told}"


def test_the_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    """Every saboteur.yaml is read before anybody is told."""
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "saboteur.yaml").write_text(ABOUT.replace("wrong:", "wron:"))
    with pytest.raises(Mistakes) as mistakes:
        load_saboteurs([folder])
    text = str(mistakes.value)
    assert f"{folder}/a/saboteur.yaml:" in text
    assert f"{folder}/b/saboteur.yaml:" in text


@pytest.mark.parametrize(
    ("old", "new", "lines"), [("a\nb", "a\nc", 1), ("a", "a\nb\nc", 2), ("a\nb\nc", "", 3), ("a", "a", 0)]
)
def test_a_change_is_as_long_as_the_lines_that_differ(old: str, new: str, lines: int) -> None:
    """Lines that are the same do not count."""
    assert Change.model_validate({"file": "f", "replace": old, "with": new}).lines == lines


KNOWN = Known({"": ["single.POST", "single.READ"], "later": ["single.LATER"]})


def test_unknown_names_are_told_with_the_other_mistakes_of_the_file(folder: Path) -> None:
    """A line that no rubric has, nothing named and an unknown key: each with its place, all at once."""
    file = folder / "shouts" / "saboteur.yaml"
    named = ABOUT.replace('"read.yaml::Texts stay as they are"', "''").replace("wrong:", "wrnog:")
    file.write_text(named + "marks lost: [single.POST, single.REED]\n")
    with pytest.raises(Mistakes) as mistakes:
        load_saboteurs([folder], KNOWN)
    assert [str(mistake).removeprefix(str(file)) for mistake in mistakes.value.mistakes] == [
        ":1:1: the key 'wrong' is missing",
        ":2:1: unknown key 'wrnog' (did you mean 'wrong'?)",
        ":6:1: killed by: expected FILE::SCENARIO, got ''",
        ":9:27: marks lost.1: unknown rubric line 'single.REED' (did you mean 'single.READ'?)",
    ]


@pytest.mark.parametrize(
    ("variant", "line", "told"),
    [
        ("later", "single.LATER", ""),
        ("later", "single.POST",
         ":10:14: marks lost.0: unknown rubric line 'single.POST' (did you mean 'single.LATER'?)"),
        ("latre", "single.POST", ":9:1: variant: unknown variant 'latre' (did you mean 'later'?)"),
    ],
)  # fmt: skip
def test_marks_are_lines_of_the_rubric_of_the_variant(folder: Path, variant: str, line: str, told: str) -> None:
    """A saboteur of another year loses that year's marks."""
    file = folder / "shouts" / "saboteur.yaml"
    file.write_text(f"{ABOUT}variant: {variant}\nmarks lost: [{line}]\n")
    if not told:
        assert load_saboteurs([folder], KNOWN)[0].about.variant == variant
        return
    with pytest.raises(Mistakes) as mistakes:
        load_saboteurs([folder], KNOWN)
    assert str(mistakes.value) == f"{file}{told}"


def test_the_zoo_lies_below_the_paths_or_beside_them(folder: Path) -> None:
    """One saboteur alone may be made from a program of the zoo, and does not call for all of it."""
    saboteurs, zoo = folder / "saboteurs", folder / "zoo"
    for home in (saboteurs / "mute", zoo / "poller", zoo / "no-program"):
        home.mkdir(parents=True)
    (zoo / "poller" / "zoo.yaml").write_text("style: It polls.\nvariant: later\n")
    assert [(one.name, one.about.variant) for one in load_zoo([saboteurs], KNOWN)] == [("poller", "later")]
    assert [one.name for one in load_zoo([saboteurs, zoo / "poller"], KNOWN)] == ["poller"]
    assert load_zoo([saboteurs / "mute"], KNOWN) == []
    assert zoo_bases([saboteurs / "mute"]) == {"poller": zoo / "poller"}


def test_mistakes_of_a_zoo_file_are_told_with_their_place(folder: Path) -> None:
    """It is checked like every file that people write."""
    (folder / "zoo.yaml").write_text("stile: It polls.\nvariant: lter\n")
    with pytest.raises(Mistakes) as mistakes:
        load_zoo([folder], KNOWN)
    assert [str(mistake).partition("zoo.yaml")[2] for mistake in mistakes.value.mistakes] == [
        ":1:1: the key 'style' is missing",
        ":1:1: unknown key 'stile' (did you mean 'style'?)",
        ":2:1: variant: unknown variant 'lter' (did you mean 'later'?)",
    ]


LEAST = {"saboteur": "It races.", "wrong": "It does not lock.", "killed by": "post.yaml::A post stays", "code": "left",
         "sentence": "ended"}  # fmt: skip


@pytest.mark.parametrize(("rate", "sure"), [("", True), ("12 of 40", False), ("0 of 40", False), ("100 of 100", True)])
def test_a_rate_says_whether_a_race_is_always_met(rate: str, sure: bool) -> None:
    """A saboteur without one takes no race."""
    assert Saboteur.model_validate({**LEAST, "rate": rate}).sure is sure


@pytest.mark.parametrize("rate", ["often", "41 of 40", "0 of 0", "30 %"])
def test_a_rate_is_counted_in_plays(rate: str) -> None:
    """K of N, and no more than all of them."""
    with pytest.raises(ValueError, match="expected `K of N`, as in `12 of 40`"):
        Saboteur.model_validate({**LEAST, "rate": rate})
    with pytest.raises(ValueError, match="expected `K of N`"):
        Saboteur.model_validate({**LEAST, "explored": rate})
