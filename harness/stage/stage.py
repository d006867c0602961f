"""The stage: where a play happens. Programs in terminals, in a box if it can be had, watched through /proc."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.events import (
    Capped,
    Exited,
    FileSeen,
    Idled,
    Listening,
    Noted,
    NotTyped,
    Settled,
    Signalled,
    Started,
    Typed,
)
from harness.recording import Recorder
from harness.scenario.network import Network
from harness.stage import folder
from harness.stage.actor import Actor, Terminal
from harness.stage.asking import Asking
from harness.stage.box import USUAL, Bounds, Box, Level, NotSpawned, StageError
from harness.stage.cast import Cast
from harness.stage.census import Counting, since, unasked
from harness.stage.conducted import note_conduct
from harness.stage.evidence import Observer
from harness.stage.procfs import Table
from harness.stage.pumping import signal_name
from harness.stage.stillness import Stillness
from harness.stage.transit import Transit
from harness.stage.turns import Turns
from harness.stage.wires import Taps, Wires

# How long a program that is starting is left alone before it is looked at again.
START_PAUSE = 0.1
# How long the kernel may take to end a program that was killed.
END_WITHIN = 1.0
# How long the launcher may take to tell of one that has ended.
REPORTED_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stage keeps and bears."""

    output: int = 16 << 20  # bytes of one actor's output that are kept
    file: int = 8 << 20  # bytes of one file that are read
    files: int = 500  # files of one actor that are looked at in a snapshot
    proc: bool = True  # False: do as where there is no /proc, and go by time
    bounds: Bounds = USUAL  # what the programs may take


class Stage(Taps):
    """One play's stage. A context manager; for one thread.

    With a `network` everything that the programs of other actors and that of `server` say to each other goes through
    a relay, under its conditions; `seed` is what they draw from. `shown`: words of commands whose programs must be
    found in the box.
    """

    def __init__(self, folder: Path, recorder: Recorder, *, level: Level = "auto", limits: Limits = Limits(),
                 environment: Mapping[str, str] = {}, network: Network | None = None, server: str = "server",
                 seed: int = 0, shown: Sequence[str] = ()) -> None:  # fmt: skip
        self._folder = Path(folder).resolve()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._recorder = recorder
        self._limits = limits
        self._closed = self._left = False
        self._lacks = 0  # so much of what the box lacks was noted
        self._network = network
        self._box = Box(level, relay=network is not None, folder=self._folder, shown=shown, bounds=limits.bounds)
        self.level: Literal["box", "plain"] = self._box.level
        self.why_plain = self._box.why_plain
        self._cast = Cast(self._folder, self._box, environment)
        self._wires = Wires(self._box, server)
        self._open_eyes(seed, server)

    def _open_eyes(self, seed: int, server: str) -> None:
        """Everything that watches; only where there is a /proc."""
        self._table: Table | None = None
        self._counting: Counting | None = None
        observer = None
        if self._box.proc >= 0 and self._limits.proc:
            self._table = self._cast.table = Table(self._box.proc, self._cast.whose)
            observer = Observer(self._table, self._wires.open_eyes(self._table), own_namespace=self.level == "box")
            self._counting = Counting(self._recorder, self._table, server)
        self._turns = Turns(self._recorder, self._table, seed)
        self._still = Stillness(self._recorder, self._box, self._table, observer, self._limits.output, self._turns)
        self._asking = None
        if self._table is not None and observer is not None:
            self._asking = Asking(self._recorder, self._table, observer, self._still.pump_until)
        if self._network is not None:
            self._put_relay(self._network, observer, seed)

    def _put_relay(self, network: Network, observer: Observer | None, seed: int) -> None:
        if observer is None or observer.sockets is None:
            raise StageError("a network needs a relay, and a relay a /proc to see the server's ports in")
        relay = self._wires.put_relay(self._recorder, network, seed)
        observer.transit = Transit(relay, observer.sockets)
        self._still.attach(relay)
        self._before_wire = self._still.pump

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- who and where

    def port(self) -> int:
        """The server's port: the same one all along."""
        return self._wires.port()

    def port_of(self, actor: str) -> int:
        """The port that this actor's program is told: the server's, or that of the relay before it."""
        return self._wires.port_of(actor)

    def folder_of(self, actor: str) -> Path:
        """That actor's folder, made on first use."""
        return self._cast[actor].folder

    # --- what is done

    def start(self, actor: str, argv: Sequence[str]) -> None:
        """Start a program in the actor's folder, in a terminal of its own."""
        who = self._cast[actor]
        self._still.pump()
        if who.alive:
            raise ValueError(f"{actor} is still running")
        self._wires.let_go_of_port()
        if not self._still.starting:
            # Of many that are started at once each may connect to what was there as the first one was.
            self._wires.look()
        self._still.forget(who)
        terminal = Terminal()
        who.life += 1
        spawned = self._box.spawn(
            actor, argv, who.folder, self._cast.environment_of(who), terminal.slave, self._wires.side(actor)
        )
        if isinstance(spawned, NotSpawned):
            self._not_started(who, terminal, argv, spawned)
            return
        who.born(terminal, spawned.pid, spawned.pidfd)
        while self._lacks < len(self._box.lacks):
            self._recorder.note(Noted, text=f"the box is not whole: {self._box.lacks[self._lacks]}")
            self._lacks += 1
        self._still.watch(who)
        self._recorder.note(Started, actor=actor, argv=list(argv), pid=spawned.pid, life=who.life)

    def _not_started(self, who: Actor, terminal: Terminal, argv: Sequence[str], trouble: NotSpawned) -> None:
        terminal.close()
        who.end_terminal()
        self._recorder.note(Started, actor=who.handle, argv=list(argv), pid=0, life=who.life)
        self._recorder.note(Noted, text=f"{who.handle}: {argv[0]!r} could not be started: {trouble.why}")
        # What a shell says: 127 not found, 126 not to be executed.
        self._recorder.note(Exited, actor=who.handle, status=127 if trouble.errno == 2 else 126, life=who.life)

    def type(self, actor: str, data: bytes, what: str = "line") -> bool:
        """Write to the actor's terminal, at once. Notes whether it could be typed, and says so."""
        who = self._cast[actor]
        self._still.before_typing()
        refusal = who.refuses(data)
        taken = 0
        if refusal is None:
            assert who.terminal is not None
            taken = who.terminal.write(data)
        if taken:
            who.typed(data[:taken])
            self._recorder.note(Typed, actor=actor, data=data[:taken], what=what)
        if taken < len(data):
            why = refusal or "its terminal takes no more: nobody reads it"
            self._recorder.note(NotTyped, actor=actor, data=data[taken:], why=why)
        return taken == len(data)

    def signal(self, actor: str, sig: signal.Signals) -> None:
        """Send the actor's program a signal."""
        who = self._cast[actor]
        self._still.before_typing()
        self._recorder.note(Signalled, actor=actor, signal=signal_name(sig))
        if not who.alive:
            return
        try:
            if who.pidfd >= 0:
                signal.pidfd_send_signal(who.pidfd, sig)
            else:
                os.kill(who.pid, sig)
        except ProcessLookupError:
            pass

    # --- what is waited for

    def settle(self, *, typed_to: Sequence[str] = (), within: float) -> Settled:
        """Until it is proved that nothing more can come, or `within` seconds of the programs' own time are over."""
        settled = self._still.settle(typed_to, within)
        self._wires.look()
        if self._counting is not None:
            self._counting.settled(settled.evidence, self._cast)
        return settled

    def ready(self, actor: str, within: float) -> Listening | None:
        """Until the actor listens and all is still. None if it exits, or settles, without."""
        settled = self._still.settle((actor,), within)
        own = settled.own
        # *Steady* and *timed* prove nothing of a program that is starting: it may be waiting for the disk.
        while settled.evidence in ("until", "steady", "timed") and self._not_yet(actor) and own < within:
            pause = settled.until + 0.001 if settled.evidence == "until" else START_PAUSE
            self._still.pass_time(min(pause, within - own))
            settled = self._still.settle((actor,), within - own)
            own += settled.own + (pause if settled.evidence != "until" else 0)
        heard = self._wires.heard(actor)
        self._wires.look()
        if not heard or not self.alive(actor):
            return None
        ports, sockets = sorted({port for port, _ in heard}), [f"{transport} {port}" for port, transport in heard]
        listening = self._recorder.note(Listening, actor=actor, ports=ports, sockets=sockets)
        if self._counting is not None:
            self._counting.at_start(actor, self._cast)
        return listening

    def _not_yet(self, actor: str) -> bool:
        return self.alive(actor) and not self._wires.heard(actor)

    def connected(self, actor: str) -> bool:
        """Whether any of the actor's programs holds a network socket; True where that cannot be seen."""
        if self._table is None:
            return True
        mine = [process for process in self._table.processes.values() if process.actor == actor]
        return any(process.sockets() for process in mine)

    def wait_for(self, actor: str, pattern: bytes, within: float) -> bool:
        """Until the actor's output ends with `pattern`: only where the prompt is known to the letter."""
        return self._still.wait_for(self._cast[actor], pattern, within)

    def pass_time(self, seconds: float) -> float:
        """The scenario's own wait. What everybody did meanwhile, they did unasked. Says how much was their own time."""
        before = unasked(self._table)
        self._still.pass_time(seconds)
        if self._table is None:
            return seconds
        spent = since(before, unasked(self._table))
        self._recorder.note(Idled, seconds=seconds, **spent)
        return max(0.0, seconds - max(spent["waited"].values(), default=0.0))

    # --- one at a time

    def take_turns(self, actor: str, *, alike: bool = True) -> None:
        """All is still: from `begin_turns` or `open_gate` on the threads of the actor's program answer one at a time.

        `alike`: everybody asks for the same.
        """
        # To be traced everybody must run for a moment: that is not held against them.
        self._still.before_typing()
        self._turns.take(self._cast[actor], alike=alike)

    def begin_turns(self) -> None:
        """What they are to answer is about to be typed."""
        self._turns.begin()

    def open_gate(self, order: Sequence[tuple[int, str]] | None = None) -> None:
        """Let go of everything at one instant, of (link, to) in `order` first; from then on all is passed on."""
        super().open_gate(order)
        self._turns.begin()

    def end_turns(self) -> None:
        """All run as they like again."""
        if self._turns.end():
            # Whoever ended while traced could not be reported before.
            self._still.pump_until(self._still.all_reported, REPORTED_WITHIN)

    # --- what is seen

    def alive(self, actor: str) -> bool:
        """Whether the actor's program runs, as far as was pumped."""
        return self._cast[actor].alive

    def output(self, actor: str) -> bytes:
        """All that its program has said in this life, up to the limit."""
        return bytes(self._cast[actor].output)

    def look_at(self, when: str, path: str) -> FileSeen:
        """Take down one file, named as scenarios do: "server/3331"."""
        handle, _, name = path.partition("/")
        state, content = folder.look(self._cast[handle].folder / name, self._limits.file)
        return self._recorder.note_file(when, path, state, content)

    def snapshot(self, when: str) -> None:
        """Take down every file in every actor's folder."""
        for actor in self._cast:
            for number, path in enumerate(folder.files(actor.folder)):
                if number >= self._limits.files:
                    self._recorder.note(Capped, actor=actor.handle, limit=self._limits.files, what="files")
                    break
                self.look_at(when, f"{actor.handle}/{path.relative_to(actor.folder)}")

    # --- the end

    def take_leave(self) -> None:
        """The play is over: say how each program had behaved. Whatever is done from here on is no part of it."""
        if not self._left:
            self._left = True
            self._still.last_words()
            note_conduct(self._recorder, self._cast, self._table)

    def end(self, actor: str) -> None:
        """End its program, and wait until it is gone."""
        self.signal(actor, signal.SIGKILL)
        self._still.pump_until(lambda: not self.alive(actor), END_WITHIN)

    def ask(self, actors: Sequence[str]) -> None:
        """Ask their programs where their threads stand (`Asked`). They may not outlive it, so it is the last thing."""
        self.take_leave()
        if self._asking is not None:
            self._asking.ask([self._cast[actor] for actor in actors if self.alive(actor)])

    def close(self) -> None:
        """End everything that was started, and say how each program had behaved."""
        if self._closed:
            return
        self._closed = True
        self._turns.end()
        try:
            self.take_leave()
        finally:
            self._box.close()
            for actor in self._cast:
                self._still.forget(actor)
                actor.end_terminal()
            self._still.close()
            if self._table is not None:
                self._table.close()
            self._wires.close()
