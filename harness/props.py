"""What lies in the actors' folders before a play: the programs, the accounts, the files of the scenario."""

from __future__ import annotations

import random
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

from harness.scenario.assignment import Assignment
from harness.scenario.model import GivenFile, Scenario
from harness.subject.subject import AccountsEnd

# Any byte as a small letter or a line feed: what is the same in every encoding, and in every text mode but Windows'.
_LETTERS = bytes(b"abcdefghijklmnopqrstuvwxyz\n"[byte % 27] for byte in range(256))


class Props:
    """The files of one play. `sample`: the text of the assignment's sample accounts.

    `accounts_end`: how that text ends, where the program copes with one shape only; a scenario's own text is kept.
    """

    def __init__(self, scenario: Scenario, assignment: Assignment, *, sample: str, seed: int,
                 accounts_end: AccountsEnd = "") -> None:
        self._scenario = scenario
        self._accounts = assignment.accounts
        self._text = self._accounts_text(ending(sample, accounts_end))
        self._seed = seed

    def accounts(self) -> Mapping[str, tuple[str, str]]:
        """The account name and password of everybody in the cast; no password for a name that has no account."""
        known = self._known()
        return {p.handle: (p.account, p.password if p.password is not None else known.get(p.account, ""))
                for p in self._scenario.cast}

    def spare(self) -> Mapping[str, str]:
        """Accounts with their passwords that nobody in the cast has."""
        taken = {person.account for person in self._scenario.cast}
        return {name: password for name, password in self._known().items() if name not in taken}

    def registered(self) -> Collection[str]:
        """The names that have an account before the play."""
        return self._known().keys()

    def _known(self) -> dict[str, str]:
        return dict(line.split(" ", 1) for line in self._text.splitlines() if " " in line)

    def files(self) -> Iterator[tuple[str, str, bytes]]:
        """Every file besides the programs' own: actor, path in that actor's folder, content."""
        path = self._accounts.file if self._accounts else ""
        if path:
            actor, _, name = path.partition("/")
            yield actor, name, self._text.encode()
        for given in self._scenario.files:
            whole = f"{given.actor}/{given.path}"
            if whole != path:
                content = given.text.encode() if given.text is not None else self._random(given, whole)
                yield given.actor, given.path, content

    def _random(self, given: GivenFile, path: str) -> bytes:
        """Random bytes from the seed, other ones for every file."""
        drawn = random.Random(f"{self._seed} {path}").randbytes(given.size or 0)
        return drawn.translate(_LETTERS) if given.letters else drawn

    def _accounts_text(self, sample: str) -> str:
        """The accounts file of this play: the scenario's own or the sample, and a line for each of the crowd."""
        if self._accounts is None:
            return ""
        given = (f.text for f in self._scenario.files if f"{f.actor}/{f.path}" == self._accounts.file)
        text = next((text for text in given if text is not None), sample)
        crowd = [f"{person.account} {person.password}" for person in self._scenario.cast if person.crowd]
        # The file keeps its shape: with a newline at its end, or without.
        ended = text.endswith("\n") or not text
        return "".join([text, *(f"{line}\n" if ended else f"\n{line}" for line in crowd)])


def ending(text: str, accounts_end: AccountsEnd) -> str:
    """The accounts, their last line ended in this way."""
    if not accounts_end or not text:
        return text
    return text.rstrip("\n") + ("\n" if accounts_end == "newline" else "")


def put(folder: Path, name: str, content: bytes) -> None:
    """Write a file into an actor's folder, in place of whatever a submission may have put there.

    A link must not lead us out of the folder, nor a read-only file stop us.
    """
    path = folder
    for part in PurePosixPath(name).parts:
        path /= part
        final = path == folder / name
        if path.is_symlink() or (path.exists() and (final or not path.is_dir())):
            _remove(path)
        if not final:
            path.mkdir(exist_ok=True)
    path.write_bytes(content)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
