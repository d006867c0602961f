"""Twenty commands of one client to the forum: through the harness, and through a hand-written poll loop.

Both sides drive the same server and client (own processes, the same arguments
and environment), type the same lines, and leave the forum as they found it. The
poll loop knows how each answer ends. The harness, *with stillness*, knows
nothing: it watches both programs until no more can come. *With the known
prompt* it is told the same endings as the loop (the last line of the answer and
the prompt). Start-up and login are counted on no side; the harness's recording is.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.workshop import workshop
from tests.bench.figures import Broken, Effort, Row, in_pairs, row_of_pairs
from tests.bench.programs import ENDING, WITHIN, by_hand, on_stage

# What is typed, and the last line of the answer. No two neighbours end alike: an old prompt is never taken for a new.
TWENTY = [
    ("CRT bench", "Thread bench created"),
    ("LST", "bench"),
    ("MSG bench one", "Message posted to bench thread"),
    ("RDT bench", "1 yoda: one"),
    ("MSG bench two", "Message posted to bench thread"),
    ("EDT bench 1 first", "The message has been edited"),
    ("MSG bench three", "Message posted to bench thread"),
    ("DLT bench 2", "The message has been deleted"),
    ("RDT bench", "2 yoda: three"),
    ("LST", "bench"),
    ("MSG bench four", "Message posted to bench thread"),
    ("CRT bench", "Thread bench exists"),
    ("EDT bench 3 fourth", "The message has been edited"),
    ("RDT bench", "3 yoda: fourth"),
    ("RDT nothing", "Thread nothing does not exist"),
    ("XYZ", "Invalid command"),
    ("DLT bench 9", "Message 9 does not exist in Thread bench"),
    ("LST", "bench"),
    ("RMV bench", "Thread bench removed"),
    ("LST", "No threads to list"),
]


def measure(effort: Effort) -> Iterator[Row]:
    """The two rows."""
    dialogue = [(line, line.encode() + b"\n", last.encode() + b"\r\n" + ENDING) for line, last in TWENTY]
    with workshop() as folder, on_stage(folder / "stage", ["yoda"]) as (stage, _), \
            by_hand(folder / "hand", ["yoda"]) as driven:  # fmt: skip

        def with_stillness() -> None:
            for _, typed, ending in dialogue:
                stage.type("yoda", typed)
                stage.settle(typed_to=["yoda"], within=WITHIN)
                if not stage.output("yoda").endswith(ending):
                    raise Broken(f"after {typed!r} expected {ending!r}, got {stage.output('yoda')[-200:]!r}")

        def with_prompt() -> None:
            for _, typed, ending in dialogue:
                stage.type("yoda", typed)
                if not stage.wait_for("yoda", ending, WITHIN):
                    raise Broken(f"after {typed!r} expected {ending!r}, got {stage.output('yoda')[-200:]!r}")

        def poll_loop() -> None:
            for line, _, ending in dialogue:
                driven["yoda"].say(line, ending)
            driven["server"].drain()

        still, known, hand = in_pairs(effort.pairs(31), with_stillness, with_prompt, poll_loop)
    yield row_of_pairs("20 commands, with stillness / poll loop", still, hand, 3.0)
    yield row_of_pairs("20 commands, known prompt / poll loop", known, hand, 1.5)
