"""The pages in a real browser: sorting, filters, the way to a transcript, the keyboard alone, dark and light."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from harness.grade.decisions import load_decisions
from harness.report.pages import write_pages
from harness.report.shown import anchor
from tests.harness.report.browser import Watched, browsing
from tests.harness.report.class_builders import (
    HOSTILE,
    U,
    big_class,
    lists_wrong,
    passes,
    recorded,
    scenarios_of,
    student,
)

ENTERS = passes("A known user logs in", "single.LOGIN")
# The contrast that WCAG 2 asks for, of text of this size.
READABLE = 4.5
_CONTRAST = """node => {
  const bright = color => color.match(/[\\d.]+/g).slice(0, 3).map(Number).map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  let ground = node;
  const clear = node => getComputedStyle(node).backgroundColor.endsWith(", 0)");
  while (ground.parentElement && clear(ground)) ground = ground.parentElement;
  const [one, other] = [getComputedStyle(node).color, getComputedStyle(ground).backgroundColor].map(bright);
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests of a worker."""
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of four: two who list wrong alike, one undecided, one who is right. One scenario is hidden."""
    out = tmp_path_factory.mktemp("class")
    wrong, other = lists_wrong("Threads are listed", said="nothing"), lists_wrong("Two threads are listed")
    unclear = lists_wrong("Threads are listed", U)
    right = passes("Threads are listed", "single.LIST")
    right = type(right)(right.scenario, wrong.outcome.key, right.verdict, [], marks=right.marks)
    ann = student("z1", [*recorded(out, "z1", wrong, other), ENTERS], out=out, name="Ann", tutor="Tim",
                  hidden=[other.outcome.key])  # fmt: skip
    bob = student("z2", [*recorded(out, "z2", wrong), ENTERS], out=out, name="Bob", tutor="Tom")
    cy = student("z3", [*recorded(out, "z3", unclear), ENTERS], out=out, name="Cy", tutor="Tom")
    dee = student("z4", [right, ENTERS], out=out, name="Dee", tutor="Tim")
    write_pages(out, [ann, bob, cy, dee], scenarios_of(wrong, other))
    return out


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page of its own; whatever it did that it must not fails the test."""
    found = Watched(browser)
    yield found
    found.page.close()
    assert found.odd == []


@pytest.fixture
def page(watched: Watched, out: Path) -> Page:
    """The page of the class."""
    return watched.open(out / "class.html")


def ids(page: Page) -> list[str]:
    """The students in the order of their table."""
    return page.locator("#people button").all_inner_texts()


def titles(page: Page) -> list[str]:
    """The scenarios in the order of the matrix."""
    return page.locator("#matrix .name .title").all_inner_texts()


def test_what_failed_most_stands_first(page: Page) -> None:
    """And every cell says its verdict with a sign and, to whoever cannot see it, with a word."""
    assert titles(page) == ["Threads are listed", "Two threads are listed", "A known user logs in"]
    cells = page.locator("#matrix .row").first.locator(".cell")
    assert cells.all_inner_texts() == ["✗", "✗", "?", "·"]
    assert [one.get_attribute("aria-label").rpartition(": ")[2] for one in cells.all()] == [
        "failed", "failed", "undecided", "passed"]  # fmt: skip
    assert "✗ 2" in page.locator("#matrix .row .name").first.inner_text()


def test_students_are_sorted_by_a_head_and_turned_around_by_it(page: Page) -> None:
    """The matrix follows; the head says which way it is."""
    head = page.get_by_role("button", name="marks")
    head.click()
    assert ids(page) == ["z4", "z1", "z2", "z3"]
    assert page.locator("#sorts th[aria-sort=descending]").inner_text() == "marks ▼"
    page.get_by_role("button", name="marks").click()
    assert ids(page) == ["z1", "z2", "z3", "z4"]
    assert page.locator("#matrix .top").last.inner_text() == "z4"


def test_filters_narrow_what_is_shown(page: Page) -> None:
    """By a student's words, a scenario's, a verdict, a tutor; the status says how much is left."""
    page.fill("#text", "bob")
    assert (ids(page), len(titles(page))) == (["z2"], 3)
    page.fill("#text", "two threads")
    assert (len(ids(page)), titles(page)) == (4, ["Two threads are listed"])
    page.fill("#text", "nobody is called so")
    expect(page.locator("#status")).to_have_text("nothing is like that")
    page.fill("#text", "")
    page.select_option("#verdict", "U")
    assert (ids(page), titles(page)) == (["z3"], ["Threads are listed"])
    page.select_option("#verdict", "")
    page.select_option("#tutor", "Tim")
    assert ids(page) == ["z1", "z4"]
    expect(page.locator("#status")).to_have_text("3 scenarios, 2 students")


def test_those_who_went_wrong_alike_are_one_line(page: Page, tmp_path: Path) -> None:
    """It opens to the students, each with the way to their evidence, and to a table that decides for all of them."""
    line = page.locator("#clusters summary")
    expect(line).to_have_count(1)
    assert line.inner_text().startswith("2 students · ✗ failed · Threads are listed: expected '3331'")
    line.click()
    assert page.locator("#clusters a").all_inner_texts() == ["z1", "z2"]
    table = tmp_path / "decisions.csv"
    table.write_text(page.locator("#clusters textarea").input_value(), encoding="utf-8")
    made = [(one.id, one.item, one.marks, one.tutor) for one in load_decisions(table).made]
    key = "scenarios/list.yaml::Threads are listed"
    assert made == [("z1", key, "failed", "Tim"), ("z2", key, "failed", "Tom")]


def test_from_a_failure_to_its_transcript(page: Page) -> None:
    """A student opens beside the page; the failure leads to the very place, open, with the marked line in it."""
    page.get_by_role("button", name="z2", exact=True).click()
    expect(page.locator("#panel")).to_contain_text("Bob")
    page.locator("#panel a", has_text="Threads are listed").click()
    place = page.locator(f"#{anchor('scenarios/list.yaml::Threads are listed')}")
    expect(place).to_have_attribute("open", "")
    expect(place.locator(".terminals .marked").first).to_be_in_viewport()
    expect(place).to_contain_text("» LST")
    expect(place.locator("summary")).to_be_focused()


def test_what_a_person_must_look_at_leads_to_its_evidence(page: Page, out: Path) -> None:
    """The undecided scenario stands in the list, and is told on the page of its student."""
    row = page.locator("#undecided tr", has_text="z3").first
    assert "undecided" in row.inner_text()
    row.locator("a").click()
    expect(page.locator("details.scenario[open] summary")).to_contain_text("? undecided")


def test_the_keyboard_is_enough(page: Page) -> None:
    """Search, matrix, student, evidence and back, with no mouse; what has the focus can be seen."""
    page.keyboard.press("/")
    page.keyboard.type("threads are")
    assert page.evaluate("document.activeElement.id") == "text"
    assert len(titles(page)) == 2
    page.keyboard.press("Escape")
    assert page.input_value("#text") == ""
    assert page.evaluate("document.activeElement.id") == "matrix"
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    active = page.locator(f"#{page.get_attribute('#matrix', 'aria-activedescendant')}")
    assert active.get_attribute("aria-label") == "z2, Threads are listed: failed"
    assert active.evaluate("node => getComputedStyle(node).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel"
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "matrix"
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/z2/evidence.html#*")


def test_everything_that_can_be_used_can_be_reached_by_tab(page: Page) -> None:
    """From the first link to the last, each with a visible outline."""
    kinds = ("a", "button", "input", "select", "summary", "[tabindex='0']")
    usable = page.locator(", ".join(f"{kind}:visible" for kind in kinds))
    wanted, reached = usable.count(), set()
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("""() => {
            const node = document.activeElement, style = getComputedStyle(node);
            const seen = node.id === "matrix" || parseFloat(style.outlineWidth) >= 1 && style.outlineStyle !== "none";
            return seen ? [...document.querySelectorAll("*")].indexOf(node) : -1; }"""))  # fmt: skip
    assert -1 not in reached
    assert len(reached) == wanted


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_and_light_are_readable(browser: Browser, out: Path, scheme: str) -> None:
    """The page follows the reader's choice, and every text stands out from its ground."""
    watched = Watched(browser, scheme)
    grounds = []
    for path in (out / "class.html", out / "z1" / "feedback.html", out / "z3" / "evidence.html"):
        page = watched.open(path)
        for what in ("h1", "a", ".quiet", ".failed", ".undecided", ".skipped", ".passed", ".cell", ".marked"):
            for node in page.locator(f"{what}:visible").all()[:3]:
                assert node.evaluate(_CONTRAST) >= READABLE, (path.name, what)
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert set(grounds) == {"rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 22, 21)"}
    assert watched.odd == []
    watched.page.close()


def test_a_students_page_leads_nowhere_but_into_itself(watched: Watched, out: Path) -> None:
    """No way to evidence, to recordings, to anybody else; the hidden scenario is a number."""
    page = watched.open(out / "z1" / "feedback.html")
    assert all(link.get_attribute("href").startswith("#") for link in page.locator("a").all())
    assert "Two threads" not in page.content()
    expect(page.locator("body")).to_contain_text("1 of the marks lost in scenarios that are not shown")
    page.get_by_role("button", name="Open all scenarios").click()
    expect(page.locator("details.scenario:not([open])")).to_have_count(0)


@pytest.mark.parametrize("name", ["z1/feedback.html", "z1/evidence.html", "class.html"])
def test_hostile_texts_do_nothing_and_are_seen(watched: Watched, tmp_path: Path, name: str) -> None:
    """No script of theirs runs, nothing is asked for, no dialog opens: on the page stands what was printed."""
    play = lists_wrong(HOSTILE.replace("\n", " "), said=HOSTILE.replace("\ud800", ""), marks=["single.LIST"])
    outcomes = [*recorded(tmp_path, "z1", play), ENTERS]
    everywhere = {"name": HOSTILE, "tutor": HOSTILE, "stream": HOSTILE, "remarks": [HOSTILE], "look": [HOSTILE]}
    who = student("z1", outcomes, out=tmp_path, **everywhere)
    write_pages(tmp_path, [who], scenarios_of(play), [HOSTILE])
    page = watched.open(tmp_path / name)
    if name == "class.html":
        page.locator("#people button").click()
    expect(page.locator("body")).to_contain_text("<script>hit()</script><img src=x onerror=hit()>")
    assert page.locator("img, svg[onload], iframe").count() == 0
    # And were one to get in after all, the page's own policy would stop it.
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'hit()'}))")
    stopped = [said for said in watched.odd if "Content Security Policy" in said]
    assert (len(stopped), "hit" in watched.odd) == (1, False)
    watched.odd.remove(stopped[0])


@pytest.mark.soak
def test_a_class_of_600_keeps_only_what_is_in_sight(watched: Watched, tmp_path: Path) -> None:
    """90,000 verdicts, a few thousand nodes; the far corner is a key away. (How fast: tests/bench/pages.py.)"""
    write_pages(tmp_path, big_class(600, 150), {})
    page = watched.open(tmp_path / "class.html")
    expect(page.locator("#status")).to_have_text("150 scenarios, 600 students")
    assert page.locator("#matrix .cell").count() < 5_000
    page.focus("#matrix")
    page.keyboard.press("Control+End")
    active = page.locator(f"#{page.get_attribute('#matrix', 'aria-activedescendant')}")
    expect(active).to_be_in_viewport()
    assert active.get_attribute("aria-label").startswith("z5000599, ")
    page.fill("#text", "z5000311")
    assert ids(page) == ["z5000311"]
