"""The whole suite, `harness run scenarios --jobs 2`: wall time, against the CPU time of the programs it starts.

Nothing can be played faster than the programs run, so their CPU time is what
the harness is measured by; with two jobs on two idle cores the ratio would be
0.5 for a harness that costs nothing. The wall time is that of the whole
command, loading and reporting included. The CPU time is that of every server
and client, as the recordings have it (`conduct`), read to the nanosecond (see
exact.py). What the harness itself costs is in the wall time only.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from harness.events import Conduct
from harness.recording import Recording
from harness.workshop import workshop
from tests.bench.figures import Broken, Effort, Row, counted, milliseconds
from tests.bench.programs import ROOT

JOBS = 2
# So many runs, or fewer if they have taken so many seconds: on a busy machine one run lasts for minutes.
RUNS, ENOUGH = 3, 40.0
# 0 all passed, 1 something failed, 4 something undecided: played it was in any case.
PLAYED = (0, 1, 4)


def measure(effort: Effort) -> Iterator[Row]:
    """The row. Quick: one file of the suite."""
    what = ROOT / "scenarios" / "shutdown.yaml" if effort.quick else ROOT / "scenarios"
    with workshop() as folder:
        taken = [_play(what, folder / "0")]
        while not effort.quick and len(taken) < RUNS and sum(wall for wall, _, _ in taken) < ENOUGH:
            taken.append(_play(what, folder / str(len(taken))))
    walls, cpus, plays = zip(*taken, strict=True)
    name = f"harness run, {plays[0]} plays / programs' CPU"
    yield Row(name, milliseconds(median(walls)), milliseconds(median(cpus)),
              median(wall / cpu for wall, cpu, _ in taken), 1.5, "<=", taken=counted(len(taken), "run"))  # fmt: skip


def _play(what: Path, out: Path) -> tuple[float, float, int]:
    """Seconds of wall time and of the programs' CPU time, and how many scenarios were played."""
    command = [sys.executable, "-m", "tests.bench.exact", "run", str(what), "--jobs", str(JOBS), "--out", str(out)]
    began = time.perf_counter()
    played = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    if played.returncode not in PLAYED:
        raise Broken(f"harness run ended with {played.returncode}: {played.stderr or played.stdout}")
    recordings = [Recording.load(path) for path in sorted((out / "recordings").glob("*.jsonl"))]
    return wall, sum(event.cpu for one in recordings for event in one.all(Conduct)), len(recordings)
