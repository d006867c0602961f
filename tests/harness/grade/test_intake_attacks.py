"""Nothing that was handed in is written outside of its own folder, and nothing of it fills the machine."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import resource
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_builder import PROGRAM, SMALL, member, one, raw_zip, taken, tarred, tree, write, zipped

from harness.exits import Wrong
from harness.grade.intake.submission import Intake, Submission, take_in

MB = 1_000_000
ESCAPES = ["../evil", "a/../../evil", "..\\..\\evil", "/tmp/evil", "//evil", "C:\\evil", "c:/../evil", "..", "a/..",
           "\\\\host\\share\\evil", "./../evil", "a/./../../evil"]  # fmt: skip


def contained(tmp: Path, files: dict[str, bytes]) -> Intake:
    """The intake of these files between two honest ones, with a proof that nothing else in the world has changed."""
    outside = write(tmp / "world", {"evil": b"mine", "a/evil": b"mine"})
    cohort = write(outside / "cohort", {"aa.zip": zipped(), "zz.tgz": tarred(), **files})
    before, evil = tree(outside), tree(Path("/tmp/evil"))
    intake = take_in(cohort, outside / "into", SMALL)
    after = tree(outside)
    assert {name: what for name, what in after.items() if not name.startswith("into")} == before
    assert tree(Path("/tmp/evil")) == evil
    assert not Path("/tmp/evil").exists()
    assert_plain(outside / "into")
    honest = [one for one in intake.submissions if one.id in ("aa", "zz")]
    assert [(one.trouble, set(one.files)) for one in honest] == [("", set(PROGRAM))] * 2
    assert sorted(p.name for p in (outside / "into").iterdir()) == sorted(one.id for one in intake.submissions)
    return intake


def assert_plain(folder: Path) -> None:
    """Only plain files and folders of the modes that we give, and no file with two names."""
    for path in [folder, *folder.rglob("*")][1:]:
        status = path.lstat()
        allowed = (0o755,) if stat.S_ISDIR(status.st_mode) else (0o644, 0o755)
        assert stat.S_ISDIR(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink == 1)
        assert stat.S_IMODE(status.st_mode) in allowed


def attacked(tmp: Path, name: str, data: bytes) -> Submission:
    """The submission in this archive, contained."""
    (found,) = [one for one in contained(tmp, {name: data}).submissions if one.id == "m"]
    if found.trouble:
        assert list(found.folder.iterdir()) == []
    return found


@pytest.mark.parametrize("name", ESCAPES)
@pytest.mark.parametrize("pack", ["zip", "tar"])
def test_no_name_leads_out(tmp_path: Path, name: str, pack: str) -> None:
    """Dots, roots, drives and backslashes: what is left of the name lies inside, or nowhere; and the rest is graded."""
    files = {name: b"evil", **PROGRAM}
    found = attacked(tmp_path, f"m.{pack}", zipped(files) if pack == "zip" else tarred(files))
    assert not found.trouble
    assert set(PROGRAM) <= set(found.files)
    assert not [path for path in found.files if ".." in path.split("/")]


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    """One sentence a kind, however many there are, and no name in it can redraw a terminal."""
    files = {**PROGRAM, **{f"../{n}\x1b[2J": b"" for n in range(9)}, **{f"../{n}": b"" for n in range(9)}}
    assert attacked(tmp_path, "m.zip", zipped(files)).remarks == [
        r"left out, as it has a control character in its name: '../0\x1b[2J', '../1\x1b[2J', '../2\x1b[2J' and 6 more",
        "left out, as it leads out of the submission: '../0', '../1', '../2' and 6 more",
    ]


LINKS = {
    "to /etc": [("etc", "/etc")], "to a file of the system": [("a.txt", "/etc/passwd")], "above": [("up", "../..")],
    "through another": [("x", "."), ("x/y", ".."), ("z", "x/y")], "to itself": [("loop", "loop")],
    "in a ring": [("r1", "r2"), ("r2", "r1")], "nowhere": [("dead", "nothing")],
}  # fmt: skip


@pytest.mark.parametrize("links", LINKS.values(), ids=LINKS)
@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE], ids=["symbolic", "hard"])
def test_no_link_of_a_tar_leads_out(tmp_path: Path, links: list[tuple[str, str]], kind: bytes) -> None:
    """No link is ever made: what is written through one afterwards lands in a folder of that name, inside."""
    members = [member(name, kind, target) for name, target in links]
    files = {f"{links[-1][0]}/evil": b"evil", **PROGRAM}
    found = attacked(tmp_path, "m.tar.gz", tarred(files, members))
    assert set(PROGRAM) <= set(found.files) <= {*PROGRAM, f"{links[-1][0]}/evil"}


@pytest.mark.parametrize("target", ["/etc/passwd", "../../evil", "..", "/", "x" * 5000])
def test_no_link_of_a_zip_or_a_folder_leads_out(tmp_path: Path, target: str) -> None:
    """A zip says by its mode that a file is a link; a folder may hold a real one."""
    held = io.BytesIO(zipped(PROGRAM))
    with zipfile.ZipFile(held, "a") as made:
        info = zipfile.ZipInfo("link")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        made.writestr(info, target)
    assert set(attacked(tmp_path / "zip", "m.zip", held.getvalue()).files) == set(PROGRAM)
    folder = write(tmp_path / "folder" / "world" / "cohort" / "m", PROGRAM)
    if len(target) < 4096:
        (folder / "link").symlink_to(target)
    found = contained(tmp_path / "folder", {})
    assert set(found.submissions[1].files) == set(PROGRAM)


def test_a_link_inside_becomes_a_copy(tmp_path: Path) -> None:
    """Who handed in a link to a file of their own handed in that file."""
    links = [member("server.py", tarfile.SYMTYPE, "src/main.py"), member("again.py", tarfile.SYMTYPE, "server.py"),
             member("hard.py", tarfile.LNKTYPE, "./src/main.py")]  # fmt: skip
    found = attacked(tmp_path, "m.tgz", tarred({"src/main.py": b"print(1)"}, links))
    assert set(found.files) == {"src/main.py", "server.py", "again.py", "hard.py"}
    assert len(set(found.files.values())) == 1


def test_devices_pipes_and_bits_stay_outside(tmp_path: Path) -> None:
    """No device, no pipe, no socket, no set-uid bit; a pipe in a folder is not waited for."""
    odd = [member("disk", tarfile.BLKTYPE), member("null", tarfile.CHRTYPE), member("pipe", tarfile.FIFOTYPE),
           member("run", tarfile.REGTYPE, mode=0o6777)]  # fmt: skip
    found = attacked(tmp_path / "tar", "m.tar", tarred(PROGRAM, odd, packed=""))
    assert found.remarks == ["left out, as it is a device, pipe or socket: 'disk', 'null', 'pipe'"]
    assert set(attacked(tmp_path / "zip", "m.zip", zipped(PROGRAM, mode=0o106777)).files) == set(PROGRAM)
    found = attacked(tmp_path / "pipe", "m.zip", zipped(PROGRAM, mode=0o010644))
    assert found.trouble == "'m.zip': there is no file in it"
    folder = write(tmp_path / "folder" / "world" / "cohort" / "m", PROGRAM)
    os.mkfifo(folder / "pipe")
    assert set(contained(tmp_path / "folder", {}).submissions[1].files) == set(PROGRAM)


def test_names_that_no_folder_takes(tmp_path: Path) -> None:
    """Latin-1, 300 bytes, NUL, a newline, a depth of 1,000: one name is mended or left out, and nothing falls over."""
    names = [b"caf\xe9.py", b"x" * 300, b"nul\0.py", b"new\nline", b"a/" * 1000 + b"b", b"", b"/", b".", b"client.py"]
    found = attacked(tmp_path / "zip", "m.zip", raw_zip([(name, b"1") for name in names]))
    assert len(found.files) == 2
    assert "client.py" in found.files
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as made:
        for name in ["café.py", "x" * 300, "a/" * 1000 + "b", "new\nline"]:
            made.addfile(tarfile.TarInfo(name))
    assert set(attacked(tmp_path / "tar", "m.tar", held.getvalue()).files) == {"café.py"}
    folder = write(tmp_path / "folder" / "world" / "cohort" / "m", PROGRAM)
    (Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.py"))).write_bytes(b"1")
    assert set(contained(tmp_path / "folder", {}).submissions[1].files) == {*PROGRAM, "café.py"}


def test_one_name_twice_is_the_last_of_them(tmp_path: Path) -> None:
    """And a file that is a folder too is what it was first."""
    names = [b"server.py", b"a", b"a/b", b"c/d", b"c"]
    found = attacked(tmp_path, "m.zip", raw_zip([(b"server.py", b"1"), *((name, b"22") for name in names)]))
    assert (found.folder / "server.py").read_bytes() == b"22"
    assert set(found.files) == {"server.py", "a", "c/d"}


def nested(levels: int) -> bytes:
    """A zip in a zip in a zip."""
    data = zipped()
    for _ in range(levels):
        data = zipped({"in.zip": data})
    return data


def forty_two() -> bytes:
    """Zips of zips of zips, of zeros: each opens to ten times itself."""
    data = zipped({"zeros": bytes(190_000)})
    for _ in range(2):
        data = zipped({f"{n}.zip": data for n in range(6)})
    return data


def tar_header(kind: bytes, size: int, rest: bytes = b"") -> bytes:
    """One header that says that so many bytes follow it, and what does."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT) + rest


ENTRIES = [(f"{n}".encode(), b"") for n in range(11_000)]
TOO_MUCH = {
    "zeros": ("m.zip", zipped({"z": bytes(SMALL.bytes * 5)}), "unpacks to more than"),
    "zeros in a tar": ("m.tgz", tarred({"z": bytes(SMALL.bytes * 5)}), "unpacks to more than"),
    "zeros that are left out": ("m.tgz", tarred({".git/z": bytes(SMALL.stream + 10)}), "unpacks to more than 10 MB"),
    "dense": ("m.zip", zipped({"z": bytes(SMALL.bytes // 2)}), "unpacks to more than 200 times its size"),
    "large": ("m.zip", raw_zip([(b"z", os.urandom(SMALL.bytes + 1))]), "unpacks to more than 2 MB"),
    "files": ("m.zip", raw_zip(ENTRIES[:300]), "more than 200 files and folders"),
    "files in a tar": ("m.tgz", tarred({f"{n}": b"" for n in range(300)}), "more than 200 files and folders"),
    "folders in one name": ("m.zip", raw_zip([(f"{n}/".encode() + b"a/" * 30 + b"b", b"") for n in range(10)]),
                            "more than 200 files and folders"),
    "entries": ("m.zip", raw_zip(ENTRIES[:3000]), "it lists 3,000 files and folders"),
    "a list of contents": ("m.zip", raw_zip(ENTRIES), "its list of contents alone is"),
    "junk": ("m.tgz", tarred({f".git/{n}": b"" for n in range(2100)}), "more than 2,000 files and folders"),
    "zips in zips": ("m.zip", forty_two(), "unpacks to more than"),
    "a zip deep down": ("m.zip", nested(5), "archives lie in it deeper than 3"),
    "overlapping files": ("m.zip", raw_zip([(b"a", b"1" * 99), (b"b", b"1" * 99)], at=0),
                          "several of its files are the same"),
    "encrypted": ("m.zip", raw_zip([(b"a", b"1")], flags=1), "it is encrypted"),
    "more than it says": ("m.zip", raw_zip([(b"a", b"1" * 99)], method=8, declared=5), "it is damaged"),
    "another packing": ("m.zip", raw_zip([(b"a", b"1")], method=12), "it is packed with bzip2"),
    "half a zip": ("m.zip", zipped()[:-30], "it is damaged: its end is missing"),
    "the other half": ("m.zip", zipped()[60:], "it is damaged"),
    "half a tar": ("m.tar", tarred({"a": b"1" * 5000}, packed="")[:1500], "it is damaged: its end is missing"),
    "a tar without its end": ("m.tar", tarred({"a": b"1"}, packed="")[:1024], "it is damaged: its end is missing"),
    "half a gzip": ("m.tgz", tarred({"a": os.urandom(5000)})[:2000], "it is damaged"),
    "half an xz": ("m.txz", tarred({"a": os.urandom(5000)}, packed="xz")[:2000], "it is damaged: its end is missing"),
    "a damaged header": ("m.tar", tarred({"a": b""}, packed="").replace(b"ustar", b"uster"), "it is damaged"),
    "a long header": ("m.tgz", gzip.compress(tar_header(b"x", 10**9, bytes(MB))), "one of its headers is"),
    "a long name": ("m.tgz", gzip.compress(tar_header(b"L", 10**9, bytes(MB))), "one of its headers is"),
    "a header that lies": ("m.tar", tar_header(b"x", 512, b"99999 path=x\n".ljust(512, b"\0")), "it is damaged"),
    "holes": ("m.tar", tar_header(b"S", 0) + bytes(1024), "it holds a file with holes"),
    "a RAR": ("m.rar", b"Rar!\x1a\x07", "it is a RAR or 7z archive"),
    "nothing": ("m.zip", b"", "it is empty"),
    "a text": ("m.tar.gz", b"hello", "it is damaged"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "sentence"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_cannot_be_unpacked_is_trouble_in_one_sentence(
    tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    """The archive is named, nothing of it stays, and the next submission is graded."""
    found = attacked(tmp_path, name, data)
    assert sentence in found.trouble
    assert found.trouble.startswith("'")
    assert "\n" not in found.trouble
    assert (found.digest, found.files) == ("", {})


def test_a_file_that_is_not_what_its_checksum_says_is_trouble(tmp_path: Path) -> None:
    """Half a program would cost marks that a whole one earns."""
    data = bytearray(raw_zip([(b"server.py", b"print(1)")]))
    data[40] ^= 1
    assert "it is damaged: bad CRC-32" in attacked(tmp_path, "m.zip", bytes(data)).trouble


def test_a_size_in_a_header_is_not_believed(tmp_path: Path) -> None:
    """What says that it is larger than it is has the bytes that it has, and they fit their checksum."""
    found = attacked(tmp_path, "m.zip", raw_zip([(b"a", b"1" * 99)], declared=10**10 % 2**32))
    assert (found.folder / "a").read_bytes() == b"1" * 99


def test_a_folder_is_held_to_the_same_limits(tmp_path: Path) -> None:
    """Some platforms unpack by themselves."""
    assert "unpacks to more than 2 MB" in one(tmp_path, {"m/z": bytes(SMALL.bytes + 1)}, SMALL).trouble
    many = taken(tmp_path / "many", {f"m/{n}": b"" for n in range(300)}, SMALL)
    assert "more than 200 files" in many.submissions[0].trouble


def test_in_a_cohorts_archive_nobody_is_anybody_else(tmp_path: Path) -> None:
    """Names that lead from one student's folder into another's, or out of all, are nobody's."""
    before = zipped({"z1/server.py": b"1", "z2/../z1/server.py": b"evil", "../evil": b"evil", "z2/client.py": b"2"})
    path = write(tmp_path / "world", {"cohort.zip": before}) / "cohort.zip"
    intake = take_in(path, tmp_path / "world" / "into")
    assert [(one.id, list(one.files)) for one in intake.submissions] == [("z1", ["server.py"]), ("z2", ["client.py"])]
    assert (intake.submissions[0].folder / "server.py").read_bytes() == b"1"
    assert sorted(item.name for item in (tmp_path / "world").iterdir()) == ["cohort.zip", "into"]


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar"])
def test_in_a_cohorts_archive_one_bomb_is_one_students(tmp_path: Path, pack: object) -> None:
    """Everybody is held to the limits of one submission, and who breaks them stops nobody else."""
    assert callable(pack)
    data = pack({**{f"z0/{n}": bytes(SMALL.bytes // 4) for n in range(9)}, "z1/server.py": b"1",
                 **{f"z2/{n}": b"" for n in range(300)}, "z3/server.py": b"3"})  # fmt: skip
    path = write(tmp_path, {"cohort.zip": data}) / "cohort.zip"
    found = take_in(path, tmp_path / "into", SMALL).submissions
    assert [one.trouble.partition(":")[2].partition(":")[0] for one in found] == [
        " it unpacks to more than 2 MB", "", " it holds more than 200 files and folders", ""]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "into").iterdir()) == ["z0", "z1", "z2", "z3"]


GOOD = [("m.zip", zipped()), ("m.zip", zipped({"in.zip": zipped()})), *(
    (f"m.tar.{packed or 'gz'}", tarred(packed=packed)) for packed in ("", "gz", "bz2", "xz"))]  # fmt: skip


@given(which=st.sampled_from(GOOD), at=st.floats(0, 1), cut=st.integers(0, 60), put=st.binary(max_size=8))
@settings(max_examples=300, deadline=None)
def test_no_damage_is_more_than_a_students_trouble(which: tuple[str, bytes], at: float, cut: int, put: bytes) -> None:
    """Whatever bytes an archive lost or got, it is unpacked, or there is a sentence."""
    name, data = which
    start = int(at * len(data))
    with tempfile.TemporaryDirectory() as folder:
        found = one(Path(folder), {name: data[:start] + put + data[start + cut :]}, SMALL)
        assert bool(found.trouble) != bool(found.files)
        assert len(found.trouble) < 400
        assert sorted(path.name for path in Path(folder).iterdir()) == ["cohort", "into"]
        assert [path.name for path in (Path(folder) / "into").iterdir()] == ["m"]


def test_a_full_disk_is_nobodys_trouble(tmp_path: Path) -> None:
    """What cannot be written is told as such, and costs no student anything. (A limit on files is a small disk.)"""
    cohort = write(tmp_path / "cohort", {"z1.zip": raw_zip([(b"a", os.urandom(200_000))])})
    code = f"""
import resource, signal
from pathlib import Path
from harness.exits import Wrong
from harness.grade.intake.submission import take_in
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    take_in(Path({str(cohort)!r}), Path({str(tmp_path / 'into')!r}))
except Wrong as exc:
    print(exc)
"""
    assert "a: this cannot be written: file too large" in python(code)


def python(code: str) -> str:
    """What a Python prints that ran this."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[3]).stdout  # fmt: skip


def zeros(size: int) -> bytes:
    """A zip with a file of zeros, packed as it is made."""
    packer, size_of, total = zlib.compressobj(9, wbits=-15), 1 << 20, 0
    packed, crc = bytearray(), 0
    while total < size:
        packed += packer.compress(bytes(size_of))
        total += size_of
    packed += packer.flush()
    fields = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, crc, len(packed), min(total, 2**32 - 1), 1, 0)
    listed = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + b"z"
    body = b"PK\x03\x04" + fields + b"z" + bytes(packed)
    return body + listed + b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(listed), len(body), 0)


BOMBS = {
    "zip": ("m.zip", lambda: zeros(300 * MB)),
    "gzip": ("m.tgz", lambda: gzip.compress(tar_header(tarfile.REGTYPE, 10**10) + bytes(300 * MB), 6)),
    "bzip2": ("m.tbz2", lambda: bz2.compress(tar_header(tarfile.REGTYPE, 10**10) + bytes(300 * MB), 9)),
    "headers": ("m.tbz2", lambda: bz2.compress(tar_header(b"L", 10**10) + bytes(300 * MB), 9)),
    "names": ("m.zip", lambda: raw_zip([(f"{n}".encode(), b"") for n in range(100_000)])),
}  # fmt: skip


@pytest.mark.parametrize(("name", "build"), [
    pytest.param(*bomb, id=kind, marks=[pytest.mark.soak] if bomb[0].endswith(".tbz2") else [])  # these take longest
    for kind, bomb in BOMBS.items()
])  # fmt: skip
def test_no_bomb_fills_the_memory(tmp_path: Path, name: str, build: object) -> None:
    """With the real limits, whatever it unpacks to: a few pieces are held at any time, or the list of a zip."""
    assert callable(build)
    cohort = write(tmp_path / "cohort", {name: build()})
    code = f"""
import resource, tracemalloc
from pathlib import Path
from harness.grade.intake.submission import take_in
# What cannot be traced (a decompressor's own) meets this: three times what Python and its libraries have mapped.
resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
tracemalloc.start()
(found,) = take_in(Path({str(cohort)!r}), Path({str(tmp_path / 'into')!r})).submissions
print(tracemalloc.get_traced_memory()[1], found.trouble)
"""
    most, _, trouble = python(code).partition(" ")
    assert int(most) < (80 * MB if "lists" in trouble or "more than 20,000" in trouble else 8 * MB), trouble
    assert trouble.strip()
    assert sum(path.stat().st_size for path in (tmp_path / "into").rglob("*") if path.is_file()) == 0


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A cohort's folder that is not there, or that is a file."""
    with pytest.raises(Wrong, match="not there"):
        take_in(tmp_path / "none", tmp_path / "into")
    with pytest.raises(Wrong, match="submissions cannot be unpacked here"):
        take_in(tmp_path, write(tmp_path, {"file": b""}) / "file")
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
