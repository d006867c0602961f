"""What a student reads, and what not; what tutors read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.events import Output
from harness.grade.by_hand import ByHand, HandMark
from harness.grade.decisions import Decision
from harness.report import pages
from harness.report.feedback import feedback, unseen
from harness.report.markdown import block, inline
from harness.report.pages import write_pages
from harness.report.shown import anchor, in_order, shown
from harness.verdict import Finding, Outcome
from tests.harness.grade.marked import rubric
from tests.harness.report.class_builders import HOSTILE, F, U, lists_wrong, passes, recorded, scenarios_of, student
from tests.harness.report.report_builders import begun

SECRET = "A thread of nobody is listed for nobody"


def written(out: Path, *plays: object, who: str = "z1", hidden: tuple[str, ...] = (), **more: object) -> Path:
    """The folder of the pages of one student whose plays these are."""
    outcomes = [*recorded(out, who, *plays), passes("enters", "single.LOGIN")]
    result = student(who, outcomes, out=out, hidden=hidden, **more)
    write_pages(out, [result], scenarios_of(*plays))
    return out / who


def texts(home: Path, *names: str) -> list[str]:
    """What stands in these pages."""
    return [(home / name).read_text(encoding="utf-8") for name in names]


def test_a_failure_is_told_whole(tmp_path: Path) -> None:
    """Expected, seen, why, how to mend it, the step, the terminals, and the command that plays it again."""
    home = written(tmp_path, lists_wrong("Lists"))
    html, text = texts(home, "feedback.html", "feedback.md")
    for page in (re.sub(r"&#39;", "'", html), text):
        for said in ("LST lists every thread.", "asked of the wrong table", "Thread 3331 is empty", "◀ here", "» LST",
                     "4 LST", "harness run scenarios/list.yaml::Lists --seed 7 --subject ."):
            assert said in page, said
    assert "1 of 6 marks" in html
    assert f'id="{anchor("scenarios/list.yaml::Lists")}"' in html


def test_of_a_hidden_scenario_a_student_reads_only_the_marks(tmp_path: Path) -> None:
    """Not its name, nor anything it printed; tutors read all of it on a page of their own."""
    play = lists_wrong(SECRET, said="a secret answer")
    home = written(tmp_path, play, hidden=(play.outcome.key,))
    for page in texts(home, "feedback.html", "feedback.md"):
        assert "secret" not in page
        assert SECRET not in page
        assert anchor(play.outcome.key) not in page
        assert "wrong table" not in page
        assert "evidence" not in page
        assert "2 of the marks lost in scenarios that are not shown" in page
    (evidence,) = texts(home, "evidence.html")
    assert SECRET in evidence
    assert "not shown to students" in evidence
    assert "recordings/0.jsonl" in evidence


def test_what_is_like_a_hidden_one_does_not_lead_there(tmp_path: Path) -> None:
    """The first of two that failed alike is hidden: the student's page tells the second one whole."""
    first, second = lists_wrong(SECRET), lists_wrong("Lists")
    home = written(tmp_path, first, second, hidden=(first.outcome.key,))
    page, evidence = texts(home, "feedback.html", "evidence.html")
    assert "same mistake" not in page
    assert "same mistake as in" in evidence


def test_marks_lost_unseen_are_told_by_when_they_are_shown() -> None:
    """A third of the line for each of two hidden scenarios that failed; the undecided one lost nothing."""
    plays = [lists_wrong("one"), lists_wrong("two"), lists_wrong("three", U)]
    keys = [play.outcome.key for play in plays]
    scheme = rubric(visibility={"two": "after-due"}, hidden="tutors")
    result = student("z1", [play.outcome for play in plays], hidden=keys[:1], scheme=scheme)
    line = result.marks.line("single.LIST")
    assert unseen(result, line) == pytest.approx({"tutors": 2 / 3, "after-due": 2 / 3})
    assert (line.earned, line.undecided) == (0, pytest.approx(2 / 3))


def test_a_tutors_mark_for_a_line_leaves_nothing_to_tell_of_the_hidden() -> None:
    """Who was given the marks of a line lost none of them anywhere."""
    play = lists_wrong("one")
    decision = Decision("z1", "single.LIST", 1.5, "seen by eye", "Tim")
    result = student("z1", [play.outcome], decision, hidden=[play.outcome.key])
    line = next(one for one in feedback(result, [], "public").lines if one.name == "single.LIST")
    assert list(line.notes) == ["a tutor's decision"]


def test_undecided_costs_nothing_and_says_so(tmp_path: Path) -> None:
    """It is told apart from what failed, with the sentence that a student needs."""
    (page, text) = texts(written(tmp_path, lists_wrong("Lists", U)), "feedback.html", "feedback.md")
    for said in ("What could not be decided", "no mark is lost by it"):
        assert said in page
        assert said in text
    assert "What failed" not in page + text


def test_decisions_and_marks_by_hand_are_told_with_their_words() -> None:
    """A tutor's decision with its reason; a comment beside the item; none of a scenario that is hidden."""
    plays = [lists_wrong("one"), lists_wrong("two")]
    hand = ByHand([HandMark("z1", "report", 0.5, "too short", "Tim")])
    decisions = [Decision("z1", play.outcome.key, F, f"because of {play.outcome.scenario}", "Tim") for play in plays]
    result = student("z1", [play.outcome for play in plays], *decisions, hidden=[plays[1].outcome.key], by_hand=hand)
    of = feedback(result, [], "public")
    assert [one for one in of.decisions if "because of one" in one]
    assert not [one for one in of.decisions if "two" in one]
    assert [one.notes for one in of.lines if one.name == "report"] == [["too short"]]
    assert [one for one in feedback(result, [], "tutors").decisions if "because of two" in one]


def test_an_item_for_tutors_is_a_number_to_students() -> None:
    """Its name and title stand in no page of theirs, and the sum is right all the same."""
    scheme = rubric(items={"LIST": {"visible": "tutors", "title": "A secret"}})
    of = feedback(student("z1", [lists_wrong("one").outcome], scheme=scheme), [], "public")
    assert "A secret" not in repr(of)
    assert "single.LIST" not in repr(of)
    rest = [(one.title, one.earned, one.possible) for one in of.lines if not one.name]
    assert rest == [("what is not shown here", "0", "2")]


def test_a_fault_of_the_grading_is_no_ones_to_read() -> None:
    """A traceback is for those who mend it; the student reads that it was not their program."""
    trace = "Traceback (most recent call last):\n  File \"/srv/teacher/harness.py\"\nKeyError: 3"
    result = student("z1", [], trouble=trace, findings=[Finding(U, "harness-fault", trace)])
    assert "Traceback" not in repr(feedback(result, [], "public"))
    assert "KeyError" in repr(feedback(result, [], "tutors"))


def test_a_fault_in_a_play_shows_its_traceback_to_tutors(tmp_path: Path) -> None:
    """Students read that it was a fault of ours, and no folder of this machine."""
    play = begun("Lists", "yoda")
    fault = play.found(U, "harness-fault", "a fault of the harness, not of the program", seen='File "/srv/staff/x.py"')
    home = written(tmp_path, play.played(fault, marks=["single.LIST"]))
    page, evidence = texts(home, "feedback.html", "evidence.html")
    assert "a fault of the harness" in page
    assert "/srv/staff" not in page
    assert "/srv/staff" in evidence


def test_a_recording_that_is_gone_leaves_the_finding(tmp_path: Path) -> None:
    """The page says what was found, without the terminals."""
    play = lists_wrong("Lists")
    result = student("z1", [play.outcome], out=tmp_path)
    write_pages(tmp_path, [result], scenarios_of(play))
    (page,) = texts(tmp_path / "z1", "feedback.html")
    assert "LST lists every thread." in page
    assert "On the terminals" not in page


def test_a_play_that_cannot_be_shown_leaves_everybody_their_pages() -> None:
    """A fault of ours in reading one recording is told beside what was found."""
    play = lists_wrong("Lists")
    play.recording.events.insert(9, Output(t=0.1, actor="yoda", data=None))  # type: ignore[arg-type]
    told = pages.told_of(play, "")
    assert told.hint == "LST lists every thread."
    assert told.rows == []
    assert "a fault of the harness" in told.noticed[0]


def test_members_of_a_group_have_pages_of_their_own(tmp_path: Path) -> None:
    """They share a folder of files, not their marks; who handed in nothing has a page, too."""
    members = [student(who, [], out=tmp_path, folder="team", name=f"Name {who}") for who in ("z1", "z2", "z3")]
    absent = student("z4", [], out=tmp_path, absent=True, trouble="nothing was handed in")
    write_pages(tmp_path, [*members, absent], {})
    assert [f"Name {who}" in texts(tmp_path / who, "feedback.html")[0] for who in ("z1", "z2", "z3")] == [True] * 3
    assert "nothing was handed in" in texts(tmp_path / "z4", "feedback.md")[0]
    assert not (tmp_path / "team").exists()


def hostile(out: Path) -> Path:
    """The pages of somebody who put all that is hostile into every text."""
    play = lists_wrong(HOSTILE.replace("\n", " "), said=HOSTILE.replace("\ud800", ""))
    return written(out, play, name=HOSTILE, tutor=HOSTILE, stream=HOSTILE, remarks=[HOSTILE])


class Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note them."""
        self.found += [(tag, name, value) for name, value in attrs] or [(tag, "", "")]


@pytest.mark.parametrize("name", ["feedback.html", "evidence.html", "../class.html"])
def test_hostile_texts_are_text(tmp_path: Path, name: str) -> None:
    """No tag, no handler and no address of theirs is in a page; nothing is asked of the network; it is UTF-8."""
    (page,) = texts(hostile(tmp_path), name)
    tags = Tags()
    tags.feed(page)
    assert not [one for one in tags.found if one[0] in ("img", "iframe", "link", "object") or one[1].startswith("on")]
    assert sum(tag == "script" for tag, *_ in tags.found) <= 3
    addresses = [value or "" for _, attribute, value in tags.found if attribute in ("href", "src", "action")]
    assert not [one for one in addresses if ":" in one or one.startswith("//")]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", page)
    assert "\\x1b]0;owned\\x07" in page or "\\\\x1b]0;owned\\\\x07" in page
    assert "{{7*7}}" in page


def test_hostile_texts_are_text_in_markdown(tmp_path: Path) -> None:
    """Nothing of theirs begins a tag, a link or a heading outside of a block of code, and none ends its block."""
    (text,) = texts(hostile(tmp_path), "feedback.md")
    outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", text)
    assert "<script>" not in outside
    assert not re.search(r"(?<!\\)\]\(", outside)
    assert not [line for line in outside.splitlines() if line.lstrip().startswith("# head")]
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("a *b* _c_", "a \\*b\\* \\_c\\_"), ("# no heading", "\\# no heading"), ("1. one", "1\\. one"), ("- x", "\\- x"),
     ("<b>&", "&lt;b&gt;&amp;"), ("a | b", "a \\| b"), ("[x](y)", "\\[x\\](y)"), ("a\n# b", "a # b")],
)  # fmt: skip
def test_a_text_in_a_line_of_markdown_means_nothing(raw: str, shown: str) -> None:
    """Signs are escaped, lines become one."""
    assert inline(raw) == shown


def test_a_block_outlasts_every_fence_in_it() -> None:
    """Its own fence is longer than any."""
    assert block("a\n````\nb").startswith("`````text\n")


def test_what_failed_alike_is_told_after_the_one_it_is_like() -> None:
    """Two of one cause stand together, the second with the way to the first; the undecided come last."""
    plays = [lists_wrong("one"), lists_wrong("other", U), lists_wrong("two")]
    told = [(play.outcome.scenario, like and like.outcome.scenario) for play, like in in_order(plays)]
    assert told == [("one", None), ("two", "one"), ("other", None)]


def test_where_the_course_lies_is_no_business_of_a_student() -> None:
    """The command and the places are those of the kit, whatever folder the grading was started with."""
    play = lists_wrong("Lists", file="/srv/staff/2020/scenarios/list.yaml")
    told = shown(play, "/srv/staff/2020/")
    assert "srv" not in repr(told)
    assert told.command == "harness run scenarios/list.yaml::Lists --seed 7 --subject ."
    assert told.anchor == anchor(play.outcome.key)


@pytest.mark.parametrize(
    ("files", "home"),
    [(["scenarios/a.yaml"], ""), (["/srv/c/scenarios/a.yaml", "/srv/c/scenarios/more/b.yaml"], "/srv/c/"),
     (["../c/scenarios/a.yaml"], "../c/"), ([], "")],
)  # fmt: skip
def test_the_folder_of_a_course_is_found_by_its_files(files: list[str], home: str) -> None:
    """It is the one that all lie in or below."""
    scenarios = {(f"{file}::x", 0): lists_wrong("x").scenario for file in files}
    assert pages.course_of(scenarios) == home


def test_a_skipped_scenario_does_not_name_a_hidden_item() -> None:
    """What it needs is not shown, so the reason does not name it."""
    scheme = rubric(items={"LOGIN": {"visible": "tutors"}, "LIST": {"prerequisites": ["single.LOGIN"]}})
    outcomes = [Outcome("enters", "a.yaml::enters", F, [Finding(F, "x", "no")], marks=["single.LOGIN"]),
                lists_wrong("lists").outcome]  # fmt: skip
    result = student("z1", outcomes, scheme=scheme)
    (title, why), = feedback(result, [], "public").skipped
    assert title == "lists"
    assert "LOGIN" not in why
    assert "single.LOGIN" in feedback(result, [], "tutors").skipped[0][1]
