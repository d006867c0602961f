"""The page of a class of 600 with 150 scenarios: from opening the file until it is laid out and can be used.

Measured by the browser itself (`performance`), in Debian's chromium. Against it stands a page of a class of ten: what
the browser takes for any page of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from harness.report.pages import write_pages
from harness.workshop import workshop
from tests.bench.figures import Effort, Row, counted, milliseconds, seconds_of
from tests.harness.report.browser import Watched, browsing
from tests.harness.report.class_builders import big_class

STUDENTS, SCENARIOS = 600, 150
# From the beginning of the navigation until a frame was drawn after everything was laid out.
_READY = """() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"""
# The same for a change of what is shown: a filter that leaves a twelfth of the class.
_FILTER = """() => { const began = performance.now(); const tutor = document.getElementById("tutor");
  tutor.selectedIndex = tutor.selectedIndex ? 0 : 3;
  tutor.dispatchEvent(new Event("input", {bubbles: true})); document.body.offsetHeight;
  return performance.now() - began; }"""


def measure(effort: Effort) -> Iterator[Row]:
    """The rows."""
    with workshop() as folder, browsing() as browser:
        taken = seconds_of(lambda: write_pages(folder / "big", big_class(STUDENTS, SCENARIOS), {}))
        write_pages(folder / "small", big_class(10, SCENARIOS), {})
        times = effort.pairs(9)
        big, filters = zip(*(_opened(browser, folder / "big") for _ in range(times)), strict=True)
        small, _ = zip(*(_opened(browser, folder / "small") for _ in range(times)), strict=True)
        size = (folder / "big" / "class.html").stat().st_size
    yield Row(f"class of 600 opens ({size / 1e6:.1f} MB) / of ten", milliseconds(median(big)),
              milliseconds(median(small)), median(big), 2, "<=", "s", counted(times, "load"))  # fmt: skip
    yield Row("  a filter over it", milliseconds(median(filters)), "", median(filters), 0.5, "<=", "s",
              counted(times, "load"))  # fmt: skip
    yield Row("pages of 600 are written", milliseconds(taken), "", taken, 60, "<=", "s", "1 class")


def _opened(browser: Browser, folder: Path) -> tuple[float, float]:
    """Seconds until it can be used, and seconds for a filter."""
    watched = Watched(browser)
    page = watched.open(folder / "class.html")
    ready, filtered = page.evaluate(_READY) / 1000, page.evaluate(_FILTER) / 1000
    watched.page.close()
    return ready, filtered
