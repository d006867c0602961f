"""`harness saboteurs`: play programs that are wrong on purpose, and right ones, and print whom each scenario bites."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from harness.author.bites import Kill, Matrix, kill, matrix, named_by, quickest
from harness.author.playing import Ground, Player, Way, find_out, setting, with_forms
from harness.author.saboteur import Animal, Known, Wrong, base_of, bases, load_saboteurs, load_zoo, make, zoo_bases
from harness.author.told import told, told_differs, told_keeping
from harness.course import Options, choose, open_course
from harness.exits import Exit, Nothing
from harness.players import Setting, Task, play_all, play_each, tasks
from harness.report.matrix import complaint_lines, matrix_lines, not_passed_line
from harness.scenario.model import Scenario
from harness.scenario.select import Wanted
from harness.subject.build import NoCompiler, build, with_commands
from harness.subject.subject import Subject
from harness.verdict import Outcome, Verdict
from harness.workers import in_workers
from harness.workshop import workshop

# The name by which a saboteur.yaml calls the assignment's own reference answer.
_REFERENCE = "reference"
# Programs that poll mostly wait: this many of their plays take as much of the machine as one of another program. (Five
# polls a second of a server and two clients are a tenth of a core.) Verdicts rest on the programs' own time, not ours.
_WAITING_AT_ONCE = 4
_TOLD = "told.txt"
_AGAIN = 4  # where a student reads something else than is kept
_say = partial(print, flush=True)  # a run that is killed must not lose what it has found


@dataclass(frozen=True, slots=True)
class Wish:
    """What `harness saboteurs` was asked for."""

    paths: Sequence[Path]
    options: Options
    quick: bool = False  # each saboteur only against the scenario named for it, the zoo against a few, files only once
    bases: bool = True  # play the right programs that saboteurs are made from, whole
    rounds: int = 1  # how often everything is played
    write: bool = False  # keep what a student reads as told.txt, instead of holding it against that


def saboteurs(wish: Wish, say: Callable[[str], None] = _say) -> Exit:
    """Play every saboteur and every right program, and show what came of it."""
    result = play_matrix(wish, say)
    for line in matrix_lines(result):
        say(line)
    return Exit.PASSED if result.good else Exit.FAILED


def play_matrix(wish: Wish, say: Callable[[str], None]) -> Matrix:
    """Play everything. Raises Mistakes and Nothing."""
    grounds = _Grounds(wish.options)
    wrong, zoo = load_saboteurs(wish.paths, grounds.known()), load_zoo(wish.paths, grounds.known())
    if wish.quick and (lucky := [one.name for one in wrong if not one.about.sure]):
        # One play of a race says nothing: a quick matrix must come out the same every time.
        say(f"left out, as they are not met in every play: {', '.join(lucky)}")
        wrong = [one for one in wrong if one.about.sure]
        if not wrong and not zoo:
            raise Nothing("nothing was selected: races are played without --quick, or explored")
    if not wrong and not zoo:
        raise Nothing("nothing was selected: no saboteur.yaml here")
    with workshop() as folder:
        run = _Run(wish, grounds, folder, say)
        run.find_out(wrong, zoo)
        run.play_wrong(wrong)
        played = list(dict.fromkeys(one.about.variant for one in wrong))
        # Saboteurs of another variant are made from the zoo, which is played in that variant.
        run.play_right(zoo, with_bases=wish.bases and "" in played)
    if not run.kills and not run.right:
        raise Nothing("nothing was selected: of these programs none could be played")
    keys = dict.fromkeys(s.key for variant in played for s in grounds.of(variant).chosen)
    return matrix(run.kills, run.right, list(keys))


class _Grounds:
    """The task in each of its variants, loaded when somebody plays there."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.course = open_course(options.assignment, [Wanted.parse(path) for path in options.paths])
        self._found: dict[str, Ground] = {}

    def known(self) -> Known:
        """What saboteurs and programs of the zoo may name."""
        wanted = [Wanted.parse(path) for path in self.options.paths]
        courses = {name: open_course(self.options.assignment, wanted, name)
                   for name in ("", *self.course.assignment.variant_names)}  # fmt: skip
        return Known({name: course.rubric.lines() if course.rubric else [] for name, course in courses.items()})

    def of(self, variant: str) -> Ground:
        """The task in this variant ("": itself), with the scenarios chosen; they may apply to other variants alone."""
        if variant not in self._found:
            options = replace(self.options, variant=variant)
            try:
                course, chosen = choose(options, wording_free=True)
            except Nothing:
                if not variant:
                    raise
                course, chosen = open_course(options.assignment, [Wanted.parse(p) for p in options.paths], variant), []
            self._found[variant] = Ground(course.assignment, course.text, course.sample, chosen, course.model)
        return self._found[variant]

    @property
    def complete(self) -> bool:
        """Whether all scenarios of the course are there."""
        wanted = [Wanted.parse(path) for path in self.options.paths]
        whole = [not one.name and self.course.folder.samefile(one.path) for one in wanted]
        return any(whole) and not self.options.only


@dataclass(slots=True)
class _Run:
    """All plays of one call, and what is known so far."""

    wish: Wish
    grounds: _Grounds
    folder: Path
    say: Callable[[str], None]
    ways: dict[tuple[str, str], Way] = field(default_factory=dict)  # (program of the zoo, variant) -> how it is played
    kills: list[Kill] = field(default_factory=list)
    right: dict[str, Sequence[Outcome]] = field(default_factory=dict)

    @property
    def jobs(self) -> int:
        return self.wish.options.jobs

    def find_out(self, wrong: Sequence[Wrong], zoo: Sequence[Animal]) -> None:
        """How each program of the zoo is started: the right ones, and those that saboteurs are made from."""
        homes = zoo_bases(self.wish.paths)
        needed = {(one.about.base, one.about.variant): homes[one.about.base]
                  for one in wrong if one.about.base in homes}  # fmt: skip
        needed |= {(one.name, one.about.variant): one.folder for one in zoo}
        if needed:
            self.say(f"getting to know {len(needed)} programs of the zoo")
        work = [(home, self.folder / "known" / f"{number}", self.grounds.of(variant))
                for number, ((_, variant), home) in enumerate(needed.items())]  # fmt: skip
        self.ways = dict(zip(needed, in_workers(find_out, work, 2 * self.jobs), strict=True))

    # --- those that are wrong

    def play_wrong(self, wrong: Sequence[Wrong]) -> None:
        """Every saboteur; each is told of as soon as its last play has ended."""
        at = {id(one): number for number, one in enumerate(wrong, 1)}
        players: dict[str, Wrong] = {}
        for player, task, outcome, _ in play_each(self._wrong_plays(wrong, players), self.jobs):
            player.take(task, outcome)
            if player.done:
                one = players[player.name]
                self._judge(one, player, f"[{at[id(one)]}/{len(wrong)}]")
        order = [one.name for one in wrong]
        self.kills.sort(key=lambda kill: order.index(kill.name))

    def _wrong_plays(self, wrong: Sequence[Wrong], players: dict[str, Wrong]) -> Iterator[tuple[Player, Setting, Task]]:
        for number, one in enumerate(wrong, 1):
            players[one.name] = one
            try:
                player = self._wrong_player(one, self.folder / one.name)
            except NoCompiler as exc:
                self.say(f"[{number}/{len(wrong)}] {one.name}: {exc}")
                continue
            if player.done:  # there is nothing to play
                self._judge(one, player, f"[{number}/{len(wrong)}]")
            yield from ((player, player.setting, task) for task in player.tasks)

    def _wrong_player(self, one: Wrong, folder: Path) -> Player:
        about = one.about
        ground = self.grounds.of(about.variant)
        way = self.ways.get((about.base, about.variant))
        if way is not None and way.missing:
            raise NoCompiler(way.missing)
        mine = [s for s in ground.chosen if not self.wish.quick or named_by(about, s.key)]
        way = way or Way(ground.assignment)
        subject = _subject(one, {**self._homes(), **zoo_bases(self.wish.paths)}, way, folder)
        if not self.wish.quick:  # the scenario named for it marks what is wrong with it, in whatever form
            subject = with_forms(subject, way, ground, folder)
        return Player(one.name, setting(ground, subject, folder, way), self._tasks(mine, ground))

    def _judge(self, one: Wrong, player: Player, counted: str) -> None:
        """Hold it against its file, say so, and clear up behind it."""
        outcomes = player.outcomes()
        named = next((o for o in outcomes if named_by(one.about, o.key)), None)
        failures = player.failures(named.key) if named else []
        file = one.folder / _TOLD
        kept = file.read_text(encoding="utf-8") if file.is_file() else None
        if self.wish.write and failures:
            kept = told_keeping(kept or "", told(failures))
            file.write_text(kept, encoding="utf-8")
        # The first alone is held against the file: how many plays of a race fail is a matter of chance as well.
        now = [told([failure]) for failure in failures[:1]]
        if named and kept and now and one.about.sure and told_differs(kept, now):
            again = self._again(player, named.key)
            now += [told([outcome]) for outcome in again]
            # One that it survives would speak against its file, too.
            outcomes = [*(outcome for outcome in again if outcome.verdict is not Verdict.FAILED), *outcomes]
        complete = self.grounds.complete
        found = kill(one.name, one.about, outcomes, whole=complete and not self.wish.quick, must_die=complete,
                     kept=kept, now=now)  # fmt: skip
        self.kills.append(found)
        self.say(f"{counted} {one.name}: {len(found.failed)} of {len(outcomes)} scenarios fail it")
        for complaint in found.complaints:
            for line in complaint_lines(complaint):
                self.say(line)
        shutil.rmtree(self.folder / one.name, ignore_errors=True)

    def _again(self, player: Player, key: str) -> list[Outcome]:
        """More plays of one scenario: what chance decides in a text does not come out the same in all of them."""
        [task, *_] = [task for task in player.tasks if task.scenario.key == key]
        more = [replace(task, number=len(player.tasks) + number, label=f"again-{number}") for number in range(_AGAIN)]
        return [outcome for _, outcome, _ in play_all(player.setting, more, self.jobs)]

    # --- those that are right

    def _homes(self) -> dict[str, Path]:
        """The right programs that are played as they are: the reference, and the bases of saboteurs."""
        course = self.grounds.course
        reference = {_REFERENCE: course.home.resolve()} if course.assignment.reference else {}
        return {**reference, **bases(self.wish.paths)}

    def play_right(self, zoo: Sequence[Animal], *, with_bases: bool) -> None:
        """The programs that are right: the bases whole, the zoo whole or quickly; those that poll last."""
        players = [*(self._base_players() if with_bases else []), *self._zoo_players(zoo)]
        waiting = [player for player in players if self._waits(player.name)]
        busy = [player for player in players if player not in waiting]
        self.right = {player.name: [] for player in players}
        ended = 0
        for some, jobs in ((busy, self.jobs), (waiting, self.jobs * _WAITING_AT_ONCE)):
            plays = ((player, player.setting, task) for player in some for task in player.tasks)
            for player, task, outcome, _ in play_each(plays, jobs):
                whole = player.take(task, outcome)
                if whole is not None and whole.verdict is not Verdict.PASSED:
                    self.say(f"right program {player.name}:\n{not_passed_line(whole)}")
                if player.done:
                    ended += 1
                    self.right[player.name] = player.outcomes()
                    good = sum(o.verdict is Verdict.PASSED for o in self.right[player.name])
                    self.say(f"[{ended}/{len(players)}] right program {player.name}: "
                             f"{good} of {len(self.right[player.name])} scenarios passed")

    def _waits(self, name: str) -> bool:
        return any(way.waits for (program, _), way in self.ways.items() if program == name)

    def _base_players(self) -> Iterator[Player]:
        ground = self.grounds.of("")
        for name, home in self._homes().items():
            folder = self.folder / "right" / name
            try:
                subject = build(home, ground.assignment, folder / "built")
            except NoCompiler as exc:
                self.say(f"right program {name}: {exc}")
                continue
            again = name != _REFERENCE and not self.wish.quick
            yield Player(name, setting(ground, subject, folder), self._tasks(ground.chosen, ground, again=again))

    def _zoo_players(self, zoo: Sequence[Animal]) -> Iterator[Player]:
        for one in zoo:
            ground, way = self.grounds.of(one.about.variant), self.ways[one.name, one.about.variant]
            if way.subject is None:
                self.say(f"right program {one.name}: {way.missing}")
                continue
            chosen = quickest(ground.chosen) if self.wish.quick else ground.chosen
            if not chosen:
                self.say(f"right program {one.name}: no scenario here is for its variant")
                continue
            where = setting(ground, way.subject, self.folder / "zoo" / one.name, way)
            yield Player(one.name, where, self._tasks(chosen, ground, again=not self.wish.quick))

    def _tasks(self, chosen: Sequence[Scenario], ground: Ground, *, again: bool = True) -> list[Task]:
        return tasks(chosen, ground.assignment, seed=self.wish.options.seed, repeat=self.wish.rounds, again=again)


def _subject(one: Wrong, homes: Mapping[str, Path], way: Way, folder: Path) -> Subject:
    """Make and build the wrong program. Raises Mistakes, SubjectError and NoCompiler."""
    made = make(one, base_of(one, homes), folder / "made")
    assignment = way.assignment
    commands = Options([], server=one.about.server or None, client=one.about.client or None).commands(assignment)
    base = None if len(commands) == len(assignment.roles) else build(made, assignment, folder / "built")
    return with_commands(base, commands, made) if commands else base or Subject(one.name)
