"""The folder follows the decisions, in their order."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from forum.newfile import NewFile
from forum.storage import Storage


@pytest.fixture(params=["nameless", "named"], autouse=True)
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run each test in an empty folder, with files without a name and, as on other systems, with named ones."""
    monkeypatch.chdir(tmp_path)
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE")
    yield tmp_path
    assert not [path for path in tmp_path.iterdir() if " " in path.name], "a temporary file was left"


def test_the_newest_wish_wins_whoever_carries_it_out(place: Path) -> None:
    """A worker that comes late to the disk finds its work done, and undoes nothing."""
    storage = Storage("credentials.txt")
    storage.want("a", lambda: b"old")
    storage.want("a", lambda: b"new")
    storage.settle("a")
    (place / "a").write_text("touched")
    storage.settle("a")
    assert (place / "a").read_text() == "touched"


def test_what_is_removed_before_it_was_written_never_appears(place: Path) -> None:
    """And what is wanted again after that does."""
    storage = Storage("credentials.txt")
    storage.want("a", lambda: b"x")
    storage.want("a", lambda: None)
    storage.settle("a")
    assert list(place.iterdir()) == []
    storage.want("a", lambda: b"y")
    storage.settle("a")
    assert (place / "a").read_bytes() == b"y"


def test_a_file_that_is_not_ours_is_never_replaced_or_removed(place: Path) -> None:
    """Whatever is wanted of its name."""
    storage = Storage("credentials.txt")
    (place / "a").write_text("mine")
    assert storage.is_foreign("a")
    storage.want("a", lambda: b"x")
    with pytest.raises(FileExistsError):
        storage.settle("a")
    storage.want("a", lambda: None)
    storage.settle("a")
    assert (place / "a").read_text() == "mine"


def test_only_what_was_made_goes_in_the_end(place: Path) -> None:
    """And the credentials, which were there before."""
    (place / "credentials.txt").write_text("Yoda x\n")
    (place / "notes.txt").write_text("mine")
    storage = Storage("credentials.txt")
    assert storage.read_credentials() == b"Yoda x\n"
    storage.want("3331", lambda: b"Yoda\n")
    storage.settle("3331")
    for name in storage.want_nothing():
        storage.settle(name)
    assert [path.name for path in place.iterdir()] == ["notes.txt"]


def test_a_new_file_is_whole_or_not_there(place: Path) -> None:
    """It has no name that counts before it is published, and nothing is left if it never is."""
    for publish in (False, True):
        file = NewFile()
        file.write(b"half")
        assert not (place / "a").exists()
        if publish:
            file.write(b" and half")
            file.publish("a", replace=True)
        file.close()
    assert (place / "a").read_bytes() == b"half and half"
