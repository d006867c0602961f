"""The roster as a file, and held against what was handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.grade.intake.submission import Submission
from harness.grade.roster import Student, load_roster, matched
from harness.scenario.mistakes import Mistakes

ADA = Student("z1234567", "Ada Lovelace", "A", "tim", "2020-10-12T03:04:05+11:00", "2020-10-14T17:00:00+11:00")
TEXT = """id,name,stream,tutor,submitted,extension
z1234567,Ada Lovelace,A,tim,2020-10-12T03:04:05+11:00,2020-10-14T17:00:00+11:00
z7654321,"Bob, the builder",B,,,2 days
"""
BOB = Student("z7654321", "Bob, the builder", "B", extension="2 days")


def roster(tmp: Path, text: str | bytes) -> Path:
    """A roster with this text."""
    path = tmp / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def submission(who: str, name: str = "") -> Submission:
    """Somebody's submission."""
    return Submission(who, name, Path(), Path(), "")


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "\ufeff" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace(",", ";").replace("Bob;", "Bob,"),
        "sep=;\r\n" + TEXT.replace(",", ";").replace("Bob;", "Bob,"),
        TEXT.replace(",", "\t").replace("Bob\t", "Bob,"),
        TEXT.replace("id,name", "ID, Name "),
        TEXT + "\n,,,,,\n",
        TEXT.removesuffix("\n"),
    ],
    ids=["plain", "BOM", "CRLF", "semicolons", "sep", "tabs", "case", "empty lines", "no end"],
)
def test_a_roster_is_read_as_sheets_write_it(tmp_path: Path, text: str) -> None:
    """Excel's marks and delimiters are no mistakes."""
    assert dict(load_roster(roster(tmp_path, text))) == {ADA.id: ADA, BOB.id: BOB}


def test_columns_may_stand_in_any_order_and_unknown_ones_are_left_out(tmp_path: Path) -> None:
    """What is left out is said, with what was perhaps meant; only the id is needed."""
    found = load_roster(roster(tmp_path, "email,tutors,id\na@example.org,tim,z1\n"))
    assert dict(found) == {"z1": Student("z1")}
    assert found.remarks == ["the column 'email' is left out",
                             "the column 'tutors' is left out (did you mean 'tutor'?)"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", ["1:1: the file is empty: expected a first line such as id,name,stream,tutor,submitted,extension"]),
        ("name\nAda\n", ["1:1: expected a first line with the names of the columns, id among them, got ['name']"]),
        ("id,id\nz1,z2\n", ["1:1: the column 'id' stands here twice"]),
        ("id,name\nz1,A\nz2,B\nZ1,C\n", ["4:1: 'Z1' stands here twice, first in line 2"]),
        ("id,name\n,Ada\n", ["2:1: the id is missing"]),
        ("id,name\nz1,Lovelace,Ada\n", ["2:1: expected 2 columns, got 3: quote a text with a delimiter in it"]),
        ('id,name\nz1,"Ada\nz2,Bob\n', ["2:1: this is not CSV: unexpected end of data"]),
        ('id,name\nz1,"A\nB"\nz1,C\n', ["4:1: 'z1' stands here twice, first in line 2"]),
        (
            "id,submitted\nz1,yesterday\nz2,2020-10-12T13:14:15\nz3,2020-10-12\n",
            [
                "2:1: submitted: expected a day and a time such as `2025-11-20 17:00`, got 'yesterday'",
                "3:1: submitted: expected a time with its zone, such as 2020-10-12T13:14:15+11:00 or "
                "2020-10-12T13:14:15Z, got '2020-10-12T13:14:15'",
                "4:1: submitted: expected a day and a time such as `2025-11-20 17:00`, got '2020-10-12'",
            ],
        ),
        ("id,extension\nz1,a while\n", ["2:1: extension: expected a day and a time such as `2025-11-20 17:00`, "
                                       "got 'a while'"]),
        (b"id\n\xff\n", ["2:1: this is not UTF-8: the byte 0xff"]),
    ],
)  # fmt: skip
def test_every_mistake_is_told_with_its_line(tmp_path: Path, text: str | bytes, sentences: list[str]) -> None:
    """All of a file's mistakes at once."""
    path = roster(tmp_path, text)
    with pytest.raises(Mistakes) as caught:
        load_roster(path)
    assert [str(mistake) for mistake in caught.value.mistakes] == [f"{path}:{sentence}" for sentence in sentences]


def test_who_handed_in_and_who_did_not() -> None:
    """By id, whatever its case; else by a name that only one has, as Moodle's numbers are its own."""
    students = {one.id: one for one in [
        ADA, BOB, Student("z1111111", "Eve"), Student("z2222222", "Same"), Student("z3333333", "Same"),
        Student("gone")]}  # fmt: skip
    handed = [submission("Z1234567"), submission("99001", "bob,  the Builder"), submission("1111111", "Eve"),
              submission("99002", "Same"), submission("stranger", "Ada Lovelace")]  # fmt: skip
    found = matched(students, handed)
    assert [(student.id, one.id) for student, one in found.pairs] == [
        ("z1234567", "Z1234567"), ("z7654321", "99001"), ("z1111111", "1111111")]  # fmt: skip
    assert [one.id for one in found.absent] == ["z2222222", "z3333333", "gone"]
    assert [one.id for one in found.strangers] == ["99002", "stranger"]
    assert found.remarks == ["99001 is taken for z7654321, by the name 'Bob, the builder'"]
