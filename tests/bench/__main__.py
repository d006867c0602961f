"""`python -m tests.bench [NAME...]`: run benches and print a row for each bar. docs/bench.md says what they mean.

Exit status 0 whatever the figures are, 1 if a bench could not measure, 2 for a name that is none.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterator

from harness.stage import best_level
from tests.bench import (
    checking,
    cohort,
    commands,
    crowd,
    dialogue,
    flood,
    isolation,
    leaving,
    listing,
    pages,
    relay,
    settling,
    suite,
)
from tests.bench.figures import HEADINGS, Effort, Row

BENCHES: dict[str, Callable[[Effort], Iterator[Row]]] = {
    "commands": commands.measure,
    "settling": settling.measure,
    "dialogue": dialogue.measure,
    "leaving": leaving.measure,
    "flood": flood.measure,
    "suite": suite.measure,
    "listing": listing.measure,
    "relay": relay.measure,
    "checking": checking.measure,
    "crowd": crowd.measure,
    "cohort": cohort.measure,
    "pages": pages.measure,
    "isolation": isolation.measure,
}


def main() -> int:
    """Run what was asked for."""
    arguments = _arguments()
    usual = 20_000 if arguments.long else 200 if arguments.quick else 2_000
    effort = Effort(arguments.quick, arguments.settlings or usual)
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}, "
          f"stage: {best_level()}, load {_load()}\n\n{HEADINGS}", flush=True)
    began = time.monotonic()
    measured = [_told(name, effort) for name in arguments.names or BENCHES]
    rows = [row for told in measured for row in told or ()]
    met = sum(row.met for row in rows)
    print(f"\n{met} of {len(rows)} bars met, in {time.monotonic() - began:.0f} s; load {_load()}")
    return 1 if None in measured else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Print how fast things are.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which (default: all): {', '.join(BENCHES)}")
    parser.add_argument("--quick", action="store_true", help="few repetitions: to see that the benches work")
    parser.add_argument("--long", action="store_true", help="20,000 settlings instead of 2,000")
    parser.add_argument("--settlings", type=int, metavar="N", help="so many settlings, plain and beside burners")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in BENCHES]:
        parser.error(f"unknown bench {unknown[0]!r}, expected one of {', '.join(BENCHES)}")
    return arguments


def _told(name: str, effort: Effort) -> list[Row] | None:
    """Print a bench's rows as they come; None if it broke."""
    rows = []
    try:
        for row in BENCHES[name](effort):
            print(row, flush=True)
            rows.append(row)
    except Exception:  # the other benches can still say something
        print(f"{name}: broken\n{traceback.format_exc()}", flush=True)
        return None
    return rows


def _load() -> str:
    return " ".join(f"{average:.1f}" for average in os.getloadavg())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
