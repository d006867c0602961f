"""The store of a cohort: `marks.db` in the folder of results, SQLite, one row a play.

A row is there as soon as its play has ended, and is never changed but by a play of the same or a verdict of a newer
judge: whoever kills the grader loses what was in flight, and nothing is ever counted twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.exits import Wrong
from harness.grade.kept import Kept, Known, outcome_in, outcome_out

FILE = "marks.db"
VERSION = 1
_CLAIM = ".grading"
_TABLES = """
create table about (name text primary key, value text not null);
create table submissions (digest text primary key, known text not null);
create table plays (
    digest text not null, plays text not null, seed integer not null, outcome text not null, judged text not null,
    recording text not null, level text not null, alone integer not null, primary key (digest, plays, seed)
);
"""


class Store:
    """What is known of a cohort so far. One process writes; others may read meanwhile."""

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        self._connection = connection
        self.file = file

    def close(self) -> None:
        """Nothing is written any more."""
        self._connection.close()

    # --- the whole

    def about(self, name: str) -> str | None:
        """What is noted of the cohort as a whole under this name: "seed", "roster", ..."""
        row = self._one("select value from about where name = ?", name)
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Note something of the cohort as a whole."""
        self._write("insert or replace into about values (?, ?)", name, value)

    # --- submissions

    def known(self, digest: str) -> Known | None:
        """What was found out about the submission with these files; None: nothing yet."""
        row = self._one("select known from submissions where digest = ?", digest)
        if row is None:
            return None
        body = json.loads(row[0])
        return Known(**{**body, "remarks": tuple((code, sentence) for code, sentence in body["remarks"])})

    def learn(self, known: Known) -> None:
        """Keep what was found out about a submission."""
        body = {name: getattr(known, name) for name in Known.__slots__}
        self._write("insert or replace into submissions values (?, ?)", known.digest, json.dumps(body))

    def forget(self, digest: str) -> None:
        """What was found out about a submission holds no longer."""
        self._write("delete from submissions where digest = ?", digest)

    # --- plays

    def plays(self, digest: str) -> Mapping[tuple[str, int], Kept]:
        """The plays of a submission, by (what is played, seed)."""
        rows = self._all("select plays, seed, outcome, judged, recording, level, alone from plays where digest = ?",
                         digest)  # fmt: skip
        found = [Kept(digest, str(plays), int(seed), outcome_in(outcome), str(judged), str(recording), str(level),
                      bool(alone)) for plays, seed, outcome, judged, recording, level, alone in rows]  # fmt: skip
        return {one.key: one for one in found}

    def keep(self, one: Kept) -> None:
        """Keep a play; one of the same scenario, seed and submission gives way to it."""
        self._write("insert or replace into plays values (?, ?, ?, ?, ?, ?, ?, ?)", one.digest, one.plays, one.seed,
                    outcome_out(one.outcome), one.judged, one.recording, one.level, int(one.alone))  # fmt: skip

    def count(self) -> int:
        """How many plays are kept."""
        row = self._one("select count(*) from plays")
        return int(row[0]) if row is not None else 0

    def begun(self) -> bool:
        """Whether anything is known of any submission."""
        return self._one("select 1 from submissions") is not None or self.count() > 0

    def _write(self, sql: str, *values: object) -> None:
        with _told(self.file), self._connection:
            self._connection.execute(sql, values)

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        return next(iter(self._all(sql, *values)), None)

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with _told(self.file):
            return self._connection.execute(sql, values).fetchall()


@contextlib.contextmanager
def _told(file: Path) -> Iterator[None]:
    """A disk that is full, a file that is none: a sentence, and what was kept stays kept."""
    try:
        yield
    except sqlite3.Error as exc:
        if exc.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise Wrong(f"{file}: this is no store of a grading: {exc}; grade into another folder") from exc
        raise Wrong(f"{file}: {exc}; what was graded so far is kept") from exc


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """The folder of results for one grader alone, as long as it lives. Raises Wrong while another one has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _CLAIM).open("a+")
    except OSError as exc:
        raise Wrong(f"{folder}: the results cannot be kept here: {(exc.strerror or str(exc)).lower()}") from exc
    with file:
        try:
            # A lock of the process, which its children do not inherit: it goes with whoever kills the grader, even
            # while a worker of it still clears up. (flock would stay with the last of them.)
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as exc:
            file.seek(0)
            raise Wrong(f"{folder}: another harness grades into this folder now (process {file.read().strip()}): "
                        "wait for it, or give another folder with --out") from exc  # fmt: skip
        except OSError as exc:
            raise Wrong(f"{folder}: the results cannot be kept here: {(exc.strerror or str(exc)).lower()}") from exc
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def open_store(folder: Path) -> Iterator[Store]:
    """The store of this folder, made if there is none. Raises Wrong for one of another version, or of somebody else."""
    file = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(file)
    except (OSError, sqlite3.Error) as exc:
        raise Wrong(f"{file}: the results cannot be kept here: {exc}") from exc
    store = Store(connection, file)
    try:
        with _told(file):
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            _begin(connection, file)
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def read_store(folder: Path) -> Iterator[Store]:
    """The store that stands in this folder, and nothing in the folder changes by it. Raises Wrong as `open_store`."""
    file = folder / FILE
    # While a grader has it, what it wrote last stands in a log beside, which is read with it. A store at rest is one
    # file, and is read without the two that SQLite makes beside it otherwise: the folder may be on a disk of evidence.
    busy = file.with_name(f"{FILE}-wal").exists()
    try:
        connection = sqlite3.connect(f"{file.resolve().as_uri()}?{'mode=ro' if busy else 'immutable=1'}", uri=True)
    except sqlite3.Error as exc:
        raise Wrong(f"{file}: this cannot be read: {exc}") from exc
    store = Store(connection, file)
    try:
        with _told(file):
            _check_version(connection, file)
        yield store
    finally:
        store.close()


def _begin(connection: sqlite3.Connection, file: Path) -> None:
    if not _check_version(connection, file):
        # In one transaction: killed between the two, tables without a version would be a store that nobody can read.
        connection.executescript(f"begin; {_TABLES} pragma user_version = {VERSION}; commit;")


def _check_version(connection: sqlite3.Connection, file: Path) -> bool:
    """Whether it is a store of ours: not where it is empty. Raises Wrong where it is something else."""
    version = int(connection.execute("pragma user_version").fetchone()[0])
    if version != VERSION and (version or connection.execute("select count(*) from sqlite_master").fetchone()[0]):
        raise Wrong(f"{file}: a store of version {version}, and this harness keeps version {VERSION}: grade into "
                    "another folder, or with the harness that made it")  # fmt: skip
    return version == VERSION
