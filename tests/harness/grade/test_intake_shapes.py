"""What platforms hand out, in all its shapes, becomes one folder a student."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from intake_builder import PROGRAM, one, taken, tarred, tree, write, zipped

from harness.exits import Wrong
from harness.grade.intake.labels import file_names, read_label
from harness.grade.intake.submission import take_in


def under(folder: str, files: dict[str, bytes] = PROGRAM) -> dict[str, bytes]:
    """The same files in a folder."""
    return {f"{folder}/{name}": data for name, data in files.items()}


@pytest.mark.parametrize(
    ("label", "who", "name"),
    [
        ("Ada Lovelace_1234567_assignsubmission_file_", "1234567", "Ada Lovelace"),
        ("Ada Lovelace_1234567_assignsubmission_file", "1234567", "Ada Lovelace"),
        ("Participant_1234567_assignsubmission_file_", "1234567", ""),
        ("Ada_Augusta King_z1234567", "z1234567", "Ada Augusta King"),
        ("z1234567_Ada Lovelace", "z1234567", "Ada Lovelace"),
        ("Z1234567", "z1234567", ""),
        ("Ada Lovelace_1234567", "1234567", "Ada Lovelace"),
        ("java-nio", "java-nio", ""),
        ("team_7", "team_7", ""),
        ("submission_123456", "submission_123456", ""),
        ("z1234567 attempt 2", "z1234567", ""),
        ("Ada\x1b[2J_1234567", "1234567", "Ada[2J"),
    ],
)
def test_a_name_on_the_platform_says_whose_it_is(label: str, who: str, name: str) -> None:
    """Moodle's, NAME_ID and z-numbers are read; what fits none is an id as it stands."""
    read = read_label(label)
    assert (read.id, read.name) == (who, name)


def test_everything_that_holds_files_is_the_same_submission(tmp_path: Path) -> None:
    """A folder, a zip, a tar in any packing, one level deep or three: the same files have the same digest and copy."""
    wrapped = under("a/b/c")
    intake = taken(tmp_path, {
        **under("z0000001"), **under("z0000002/forum/forum"), "z0000003.zip": zipped(), "z0000004.zip": zipped(wrapped),
        "z0000005.tar.gz": tarred(), "z0000006.tgz": tarred(wrapped), "z0000007.tar": tarred(packed=""),
        "z0000008.tar.bz2": tarred(packed="bz2"), "z0000009.tar.xz": tarred(packed="xz"),
        "z0000010/forum.zip": zipped(wrapped), "z0000011.zip": zipped({"in.zip": zipped({"in.tgz": tarred()})}),
        "z0000012.zip": tarred(),  # not what its name says
    })  # fmt: skip
    assert [one.trouble for one in intake.submissions] == [""] * 12
    assert len({one.digest for one in intake.submissions}) == 1
    assert len({str(tree(one.folder)) for one in intake.submissions}) == 1
    assert set(intake.submissions[0].files) == set(PROGRAM)


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
@pytest.mark.parametrize("wrap", ["", "COMP3331/"], ids=["flat", "wrapped"])
def test_a_whole_cohort_may_be_one_archive(tmp_path: Path, pack: object, wrap: str) -> None:
    """A zip of folders and of zips, with a folder around them all or not, is the cohort; nothing of it stays behind."""
    assert callable(pack)
    held = {f"{wrap}{name}": data for name, data in {
        **under("Ada Lovelace_1234567_assignsubmission_file_"), "z7654321.zip": zipped(),
        "__MACOSX/._z7654321.zip": b"x"}.items()}  # fmt: skip
    path = write(tmp_path, {"cohort.zip": pack(held)}) / "cohort.zip"
    intake = take_in(path, tmp_path / "into")
    assert [(one.id, one.name, set(one.files)) for one in intake.submissions] == [
        ("1234567", "Ada Lovelace", set(PROGRAM)), ("z7654321", "", set(PROGRAM))]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "into").iterdir()) == ["1234567", "z7654321"]


def test_one_bad_archive_in_the_cohorts_zip_is_one_students_trouble(tmp_path: Path) -> None:
    """The others are graded."""
    data = zipped({"z0000001.zip": b"PK\x03\x04 nothing", "z0000002.zip": zipped(), **under("z0000003")})
    intake = take_in(write(tmp_path, {"c.zip": data}) / "c.zip", tmp_path / "into")
    assert [bool(one.trouble) for one in intake.submissions] == [True, False, False]
    assert intake.submissions[0].trouble.startswith("'z0000001.zip': it is damaged: ")


def test_moodles_files_without_folders_are_put_together(tmp_path: Path) -> None:
    """Moodle can hand out file by file; and what was typed into its page is no program."""
    at = "Ada Lovelace_1234567_assignsubmission"
    intake = taken(tmp_path, {
        f"{at}_file_server.py": b"1", f"{at}_file_client.py": b"2", f"{at}_onlinetext_/onlinetext.html": b"<p>",
        "Bob_7654321_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
    })  # fmt: skip
    ada, bob = intake.submissions
    assert (ada.name, set(ada.files)) == ("Ada Lovelace", {"server.py", "client.py"})
    assert bob.trouble == "no file was handed in, only text that was typed into the platform's page"


GRADESCOPE = b"""---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: z1234567
    :email: ada@example.org
  :created_at: 2020-10-12 03:04:05.123456789 Z
  :results:
    :output: !ruby/object:Nothing "
  :submitters:"
    :tests: [*anchors, &are fine]
submission_12:
  :submitters:
  - :name: Bob
    :sid:
    :email: bob@example.org
  - :name: Eve
    :sid: '1111111'
  :created_at: 2020-10-12 13:04:05 +1100
submission_15:
  :submitters:
  - :name: Ada Lovelace
    :sid: z1234567
  :created_at: 2020-10-13 03:04:05 Z
submission_99:
  :submitters: []
"""


def test_gradescopes_export_is_read_with_its_metadata(tmp_path: Path) -> None:
    """The number is the id, else the address; the newest counts; a group is each of its members."""
    intake = taken(tmp_path, {
        "assignment_1_export/submission_metadata.yml": GRADESCOPE,
        **under("assignment_1_export/submission_11", {"server.py": b"old"}),
        **under("assignment_1_export/submission_12"),
        **under("assignment_1_export/submission_15"), **under("assignment_1_export/submission_77"),
    })  # fmt: skip
    found = {one.id: one for one in intake.submissions}
    assert sorted(found) == ["1111111", "bob@example.org", "submission_77", "z1234567"]
    assert found["z1234567"].submitted == "2020-10-13T03:04:05+00:00"
    assert set(found["z1234567"].files) == set(PROGRAM)
    assert found["bob@example.org"].submitted == "2020-10-12T02:04:05+00:00"
    assert found["bob@example.org"].remarks == ["handed in together with 1111111"]
    assert found["bob@example.org"].folder == found["1111111"].folder
    assert "submission_metadata.yml names submission_99, and there is no such folder" in intake.remarks


def test_junk_counts_for_nothing(tmp_path: Path) -> None:
    """What Macs, git, virtual environments and compilers leave is in no copy and no digest."""
    junk = {"__MACOSX/._server.py": b"x", ".git/config": b"x", "env/pyvenv.cfg": b"x", "env/lib/a.py": b"x",
            "venv/lib/b.py": b"x", "__pycache__/server.pyc": b"x", "Server.class": b"x", "Server$1.class": b"x",
            "Server.java": b"class Server {}", "Lib.class": b"x"}  # fmt: skip
    kept = {"Server.java", "Lib.class", *PROGRAM}
    intake = taken(tmp_path, {
        **under("z1", {**PROGRAM, **junk}), "z2.zip": zipped({**PROGRAM, **junk}),
        "z3.tgz": tarred({**PROGRAM, **junk}),
        **under("z4", {name: {**PROGRAM, **junk}[name] for name in kept}),
    })  # fmt: skip
    assert [set(one.files) for one in intake.submissions] == [kept] * 4
    assert len({one.digest for one in intake.submissions}) == 1
    assert "class files" in intake.submissions[2].remarks[0]


def test_class_files_stay_where_they_are_all_there_is(tmp_path: Path) -> None:
    """Who hands in no source may have handed in the program all the same."""
    assert set(one(tmp_path, {"z1.zip": zipped({"Server.class": b"1"})}).files) == {"Server.class"}


def test_the_folder_of_a_java_package_is_no_wrapping(tmp_path: Path) -> None:
    """`javac` looks for server/Server.java under the name of its package."""
    source = {"project/server/Server.java": b"// mine\npackage server;\nclass Server {}"}
    assert set(one(tmp_path, {"z1.zip": zipped(source)}).files) == {"server/Server.java"}


def test_an_archive_beside_programs_is_not_opened(tmp_path: Path) -> None:
    """Test data may be a zip; and a report beside a zip with the programs does not hide them."""
    intake = taken(tmp_path, {"z1/data.zip": zipped(), "z1/server.py": b"1", "z2/report.pdf": b"%PDF",
                              "z2/forum.zip": zipped(), "z3/s.zip": zipped({"server.py": b"1"}),
                              "z3/c.zip": zipped({"client.py": b"2"})})  # fmt: skip
    first, second, third = intake.submissions
    assert set(first.files) == {"data.zip", "server.py"}
    assert first.remarks == ["not opened, as it is an archive with programs beside it: 'data.zip'"]
    assert set(second.files) == {"report.pdf", *PROGRAM}
    assert set(third.files) == {"s/server.py", "c/client.py"}


def test_equal_files_are_equal_in_mode_and_time(tmp_path: Path) -> None:
    """Whether a file may be run follows from its bytes, as a zip of Windows knows nothing of that."""
    folder = write(tmp_path / "cohort" / "z1", {"run": b"#!/bin/sh\n", "server.py": b"1"})
    (folder / "server.py").chmod(0o6777)
    (folder / "run").chmod(0o600)
    (submission,) = take_in(tmp_path / "cohort", tmp_path / "into").submissions
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in submission.folder.iterdir()}
    assert modes == {"run": 0o755, "server.py": 0o644}
    assert stat.S_IMODE(submission.folder.stat().st_mode) == 0o755


def test_of_two_attempts_the_newest_counts(tmp_path: Path) -> None:
    """Where the platform says which that is."""
    found = one(tmp_path, {"z1234567_attempt_2.zip": zipped({"old.py": b"2"}), "z1234567_attempt_10.zip": zipped(),
                           "z1234567.zip": zipped({"first.py": b"1"})})  # fmt: skip
    assert set(found.files) == set(PROGRAM)
    times = {f"A1_z1234567_attempt_2020-10-1{day}-13-14-15_a.zip": zipped({f"{day}.py": b"1"}) for day in (2, 1)}
    found = one(tmp_path / "times", times)
    assert (set(found.files), found.submitted) == ({"2.py"}, "2020-10-12T13:14:15")


def test_of_two_that_say_nothing_the_first_is_graded_and_it_is_said(tmp_path: Path) -> None:
    """A tutor wants a mark, and to know that it may be the wrong one; a broken one never stands before a sound one."""
    intake = taken(tmp_path, {"Ada_z1234567.zip": b"", "Ada_z1234567/a.py": b"1", "z1234567/b.py": b"2"})
    (found,) = intake.submissions
    sentence = ("several submissions, and nothing says which is the newest: 'Ada_z1234567' is graded, "
                "'Ada_z1234567.zip', 'z1234567' not; take away what does not count and grade again")  # fmt: skip
    assert (set(found.files), found.remarks, found.trouble) == ({"a.py"}, [sentence], "")
    assert intake.remarks == [f"z1234567 has {sentence}"]
    assert [path.name for path in (tmp_path / "into").iterdir()] == [found.folder.name]


def test_two_that_are_the_same_are_one(tmp_path: Path) -> None:
    """Nothing is unclear then."""
    intake = taken(tmp_path, {"z1234567.zip": zipped(), **under("z1234567")})
    assert intake.remarks == []
    assert intake.submissions[0].remarks == ["handed in several times, the same files: 'z1234567' and 'z1234567.zip'"]


def test_ids_that_are_one_file_name_are_kept_apart(tmp_path: Path) -> None:
    """An id is data: no path can be made of it, and no two students share a folder on any system."""
    names = file_names(["a/b", "a\\b", "a_b", "Ada", "ada", "..", ".git", "CON", "é" * 90, "marks.csv"], ["Marks.csv"])
    assert len({name.casefold() for name in names.values()}) == len(names) == 10
    assert not [name for name in names.values() if "/" in name or "\\" in name or name.startswith(".") or not name]
    assert all(len(name.encode()) <= 120 for name in names.values())
    assert names["Ada"] != "Ada"
    assert names["CON"] == "CON_"
    intake = taken(tmp_path, {**under("Ada"), **under("ada"), **under("a b"), **under("a_b")})
    assert len({one.folder for one in intake.submissions}) == 4


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "expected a folder, a zip or a tar for each student, found nothing at all"),
        ({"server.py": b"1"}, "expected a folder, a zip or a tar for each student, found 'server.py'"),
    ],
)
def test_an_empty_cohort_is_one_sentence(tmp_path: Path, files: dict[str, bytes], sentence: str) -> None:
    """Grading nobody is a mistake, and it is told what lay there instead."""
    (tmp_path / "cohort").mkdir()
    with pytest.raises(Wrong, match=sentence):
        taken(tmp_path, files)


@pytest.mark.parametrize(("name", "data", "sentence"), [
    ("c.zip", b"PK\x03\x04 no", "c.zip: it is damaged: its end is missing"),
    ("c.tar.gz", b"\x1f\x8b no", "c.tar.gz: it is damaged: "),
    ("c.zip", b"", "c.zip: it is empty"),
    ("c.txt", b"1", "expected a folder or an archive with submissions, and it is neither"),
    ("nobody", None, "expected a folder or an archive with submissions, and it is not there"),
])  # fmt: skip
def test_what_is_no_cohort_is_one_sentence(tmp_path: Path, name: str, data: bytes | None, sentence: str) -> None:
    """A broken archive with the whole class in it stops everything, and says why."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(Wrong, match=sentence):
        take_in(tmp_path / name, tmp_path / "into")


def test_our_own_folder_is_no_submission(tmp_path: Path) -> None:
    """`harness grade . --out marks` does not grade its own marks; and what is full already is not written to."""
    write(tmp_path, under("z1"))
    intake = take_in(tmp_path, tmp_path / "marks" / "work")
    assert [one.id for one in intake.submissions] == ["z1"]
    with pytest.raises(Wrong, match="expected an empty folder"):
        take_in(tmp_path, tmp_path / "marks" / "work")


def test_an_empty_submission_is_its_own_trouble(tmp_path: Path) -> None:
    """Its folder is there and empty, and the others go on."""
    (tmp_path / "cohort" / "z0").mkdir(parents=True)
    intake = taken(tmp_path, {**under("z1"), "z2/.git/config": b"x", "note.txt": b"to the tutors"})
    assert [one.trouble for one in intake.submissions] == ["'z0': there is no file in it", "",
                                                          "'z2': there is no file in it"]  # fmt: skip
    assert list(intake.submissions[0].folder.iterdir()) == []
    assert intake.submissions[2].remarks == ["left out: .git"]
    assert intake.remarks == ["'note.txt' is left out: it is neither a folder nor an archive"]
