"""What a tutor mended stands in the place of what would not start, with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_builder import one, taken, tree, write, zipped

from harness.grade.intake.submission import Submission, digest_of
from harness.grade.mends import Mend, fitted, load_mends, mended
from harness.scenario.mistakes import Mistakes

WHY = b"reason: it listened on the wrong port\ndeduction: 0.5\n"


def submitted(tmp: Path) -> Submission:
    """A submission with two programs."""
    return one(tmp, {"z1234567/src/server.py": b"old", "z1234567/src/client.py": b"client"})


def mend(tmp: Path, files: dict[str, bytes], who: str = "z1234567") -> Mend:
    """The mend that these files are."""
    return load_mends(write(tmp / "mends", {f"{who}/{name}": data for name, data in files.items()}))[who]


def test_a_mend_replaces_files_and_adds_some(tmp_path: Path) -> None:
    """In a copy, which has a new digest; what was handed in stays as it is."""
    submission = submitted(tmp_path)
    before = tree(submission.folder)
    found = mended(submission, mend(tmp_path, {"mend.yaml": WHY, "server.py": b"new", "lib/more.py": b"more"}),
                   tmp_path / "mended")  # fmt: skip
    assert {name: (found.folder / name).read_bytes() for name in found.files} == {
        "server.py": b"new", "client.py": b"client", "lib/more.py": b"more"}  # fmt: skip
    assert found.remarks == ["mended by a tutor, for 0.5 marks (server.py replaced; lib/more.py added): "
                             "it listened on the wrong port"]  # fmt: skip
    assert found.digest not in ("", submission.digest)
    assert digest_of(found.folder)[0] == found.digest
    assert tree(submission.folder) == before


def test_folders_around_a_submission_may_be_around_its_mend(tmp_path: Path) -> None:
    """The intake took them away; a tutor copies a file with its path as the student had it."""
    submission = submitted(tmp_path)
    patches = {"mend.yaml": WHY, "forum/src/server.py": b"new", "forum/src/lib/more.py": b"more"}
    found = mended(submission, mend(tmp_path, patches), tmp_path / "mended")
    assert set(found.files) == {"server.py", "client.py", "lib/more.py"}
    only = mend(tmp_path / "2", {"mend.yaml": WHY, "lib/more.py": b"more"})
    added = mended(submission, only, tmp_path / "2" / "mended")
    assert set(added.files) == {"server.py", "client.py", "lib/more.py"}


def test_a_subject_file_is_given_and_is_no_file_of_the_submission(tmp_path: Path) -> None:
    """It changes what is played, so the digest is another, as it is for every other word in it."""
    submission = submitted(tmp_path)
    first = mend(tmp_path / "1", {"mend.yaml": b"reason: no prompt", "subject.yaml": b"variant: a"})
    other = mend(tmp_path / "2", {"mend.yaml": b"reason: no prompt", "subject.yaml": b"variant: b"})
    assert (first.subject_file, first.deduction) == (tmp_path / "1" / "mends" / "z1234567" / "subject.yaml", 0)
    found = [mended(submission, one, tmp_path / "mended" / str(n)) for n, one in enumerate([first, other])]
    assert len({submission.digest, *(one.digest for one in found)}) == 3
    assert set(found[0].files) == set(submission.files)
    assert found[0].remarks == ["mended by a tutor (subject.yaml given): no prompt"]


def test_a_mend_alone_changes_nothing_that_was_played(tmp_path: Path) -> None:
    """A deduction with its reason starts no program again."""
    submission = submitted(tmp_path)
    assert mended(submission, mend(tmp_path, {"mend.yaml": WHY}), tmp_path / "mended").digest == submission.digest


def test_a_broken_archive_can_be_mended(tmp_path: Path) -> None:
    """With the files in the mend, its trouble is over."""
    broken = one(tmp_path, {"z1234567.zip": b"PK"})
    assert broken.trouble
    found = mended(broken, mend(tmp_path, {"mend.yaml": WHY, "server.py": b"1"}), tmp_path / "mended")
    assert (found.trouble, set(found.files)) == ("", {"server.py"})
    still = mended(broken, mend(tmp_path / "none", {"mend.yaml": WHY}), tmp_path / "again")
    assert (still.trouble, still.digest) == (broken.trouble, "")


@pytest.mark.parametrize(
    ("files", "sentences"),
    [
        ({"z1/server.py": b""}, ["z1/mend.yaml:1:1: this is missing: expected `reason:` and, where it costs marks, "
                                 "`deduction:`"]),
        ({"z1/mend.yaml": b"deduction: 1\n"}, ["z1/mend.yaml:1:1: the key 'reason' is missing"]),
        ({"z1/mend.yaml": b"reason: x\ndeduction: -1\n"},
         ["z1/mend.yaml:2:1: deduction: expected greater than or equal to 0"]),
        ({"z1/mend.yaml": b"reason: x\ndeductions: 1\n"},
         ["z1/mend.yaml:2:1: unknown key 'deductions' (did you mean 'deduction'?)"]),
        ({"z1/mend.yaml": b"reason: ''\n", "server.py": b""},
         ["server.py:1:1: expected folders named by the ids of students, and this is a file",
          "z1/mend.yaml:1:1: reason: string should have at least 1 character"]),
    ],
)  # fmt: skip
def test_a_mend_that_is_not_right_is_told(tmp_path: Path, files: dict[str, bytes], sentences: list[str]) -> None:
    """All mistakes of all mends at once, each with its file."""
    with pytest.raises(Mistakes) as caught:
        load_mends(write(tmp_path, files))
    assert [str(mistake) for mistake in caught.value.mistakes] == [f"{tmp_path}/{said}" for said in sentences]


def test_a_mend_for_nobody_is_a_mistake(tmp_path: Path) -> None:
    """A slip in the id must not leave somebody unmended; case and a z are no slips."""
    intake = taken(tmp_path, {"z1234567.zip": zipped(), "7654321.zip": zipped()})
    mends = load_mends(write(tmp_path / "mends", {"Z1234567/mend.yaml": WHY, "z7654321/mend.yaml": WHY}))
    assert {who: mend.id for who, mend in fitted(mends, intake.submissions).items()} == {
        "z1234567": "Z1234567", "7654321": "z7654321"}  # fmt: skip
    write(tmp_path / "mends", {"1234567/mend.yaml": WHY, "z1234568/mend.yaml": WHY, ".DS_Store": b""})
    with pytest.raises(Mistakes) as caught:
        fitted(load_mends(tmp_path / "mends"), intake.submissions)
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        f"{tmp_path}/mends/Z1234567:1:1: z1234567 has two mends, this and {tmp_path}/mends/1234567",
        f"{tmp_path}/mends/z1234568:1:1: nobody who handed in has the id 'z1234568' (did you mean 'z1234567'?)",
    ]


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    """Nothing of a submission is thrown away because a name slipped."""
    submission = one(tmp_path, {"z1234567/src/server.py": b"old", "z1234567/client.py": b"client"})
    for name in ("src", "client.py/x.py"):
        wrong = mend(tmp_path / name, {"mend.yaml": WHY, name: b"1"})
        with pytest.raises(Mistakes, match="a file stands where the submission has a folder"):
            mended(submission, wrong, tmp_path / name / "mended")
