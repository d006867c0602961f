from __future__ import annotations

from harness.report.lanes import Bar, bars_of, lanes

SEEN = """\
0.0 to 4.0 ms  yoda: MSG t1 left  ->  'Posted'
3.0 to 6.0 ms  r2d2: MSG t1 right  ->  'Posted'
7.0 to … ms  luke: RDT t1  ->  nothing
(and 3 other requests, whatever they were answered)"""


def test_requests_are_bars_on_one_scale() -> None:
    """Who overlapped is seen to; who was never answered has no end."""
    assert lanes(bars_of(SEEN), 20) == [
        "yoda  ├─────────┤           MSG t1 left -> 'Posted'",
        "r2d2         ├───────┤      MSG t1 right -> 'Posted'",
        "luke                   ├─…  RDT t1 -> nothing",
        "      0 ms          7.0 ms",
    ]


def test_what_overlaps_does_so_in_the_picture() -> None:
    """A bar is never shorter than it can be seen, and one instant is no division by zero."""
    drawn = lanes([Bar("a", "x", 5, 5), Bar("b", "y", 5, 5)], 10)
    assert drawn == ["a  ├─┤         x", "b  ├─┤         y", "   0 ms0.0 ms"]


def test_other_findings_have_no_lanes() -> None:
    """What is seen elsewhere is a text like any other."""
    assert bars_of("expected 1 to 2 ms, got 3") == []
    assert lanes([]) == []
