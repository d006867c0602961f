"""Uploads, downloads and the server's folder."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from forum_stage import Caller, RunningServer, Terminal, wait_until

from forum.messages import Status

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("size", [0, 1, 768, 1024, 5120, 65535, 65536, 65537, 3 * MEGABYTE + 1])
def test_a_file_arrives_and_leaves_whole(call: Callable[..., Caller], server: RunningServer, size: int) -> None:
    """Every byte value, and sizes around every border."""
    yoda, content = call("Yoda"), os.urandom(size)
    yoda.ask(Status.CRT, title="3331")
    assert yoda.upload("3331", "f.bin", content).status is Status.FILE_UPLOADED
    assert (server.folder / "3331-f.bin").read_bytes() == content
    assert call("R2D2").download("3331", "f.bin") == content


def test_a_large_file_goes_through_constant_memory(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """Neither program ever holds more than a few pieces."""
    _transfer_large(terminal, server, 24)


@pytest.mark.soak
def test_a_hundred_megabytes_go_through_constant_memory(
    terminal: Callable[..., Terminal], server: RunningServer
) -> None:
    """The same with 100 MB."""
    _transfer_large(terminal, server, 100)


def _transfer_large(terminal: Callable[..., Terminal], server: RunningServer, megabytes: int) -> None:
    yoda, r2d2 = terminal("Yoda"), terminal("R2D2")
    block = os.urandom(MEGABYTE)
    with (yoda.folder / "big").open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    programs = [server.process.pid, yoda.child.pid, r2d2.child.pid]
    yoda.answer("CRT 3331")
    before = [_peak_memory(program) for program in programs]
    assert yoda.answer("UPD 3331 big") == ["big uploaded to 3331 thread"]
    assert r2d2.answer("DWN 3331 big") == ["big successfully downloaded"]
    grown = [_peak_memory(program) - was for program, was in zip(programs, before, strict=True)]
    assert max(grown) < 8 * MEGABYTE, f"expected a few pieces, got {grown} bytes more"
    for path in (server.folder / "3331-big", r2d2.folder / "big"):
        with path.open("rb") as file:
            assert all(file.read(MEGABYTE) == block for _ in range(megabytes))
            assert file.read() == b""


def _peak_memory(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_an_upload_that_ends_halfway_leaves_no_trace(call: Callable[..., Caller], server: RunningServer) -> None:
    """Neither while it lasts nor after its client has died."""
    yoda = _halfway_through_an_upload(call)
    yoda.say(Status.BYTES, size=1000)
    yoda.sock.sendall(b"x" * 500)
    assert server.files() == {"credentials.txt", "3331"}
    yoda.close()
    server.sees("Yoda disconnected")
    assert server.files() == {"credentials.txt", "3331"}
    assert call("R2D2").ask(Status.RDT, title="3331").status is Status.THREAD_EMPTY


def test_a_client_that_gives_up_an_upload_goes_on(call: Callable[..., Caller], server: RunningServer) -> None:
    """FILE_LOST forgets the pieces; the same name may be uploaded afterwards."""
    yoda = _halfway_through_an_upload(call)
    assert yoda.ask(Status.FILE_LOST, title="3331", file="f").status is Status.FILE_NOT_UPLOADED
    assert yoda.upload("3331", "f", b"x").status is Status.FILE_UPLOADED


def test_an_upload_delays_nobody(call: Callable[..., Caller]) -> None:
    """The lock is free while bytes arrive, or do not."""
    _halfway_through_an_upload(call)
    r2d2 = call("R2D2")
    assert r2d2.ask(Status.MSG, title="3331", text="hi").status is Status.MESSAGE_POSTED
    assert r2d2.upload("3331", "f", b"faster").status is Status.FILE_UPLOADED


def test_of_two_uploads_of_one_name_the_first_to_end_stands(call: Callable[..., Caller]) -> None:
    """The other is refused when its bytes are in."""
    yoda, r2d2 = _halfway_through_an_upload(call), call("R2D2")
    assert r2d2.upload("3331", "f", b"faster").status is Status.FILE_UPLOADED
    assert yoda.ask(Status.FILE_END, title="3331", file="f").status is Status.FILE_EXIST
    assert yoda.download("3331", "f") == b"faster"
    assert yoda.ask(Status.RDT, title="3331").lines("lines") == ["R2D2 uploaded f"]


@pytest.mark.parametrize("made_anew", [False, True])
def test_an_upload_into_a_thread_removed_meanwhile_is_refused(
    call: Callable[..., Caller], server: RunningServer, made_anew: bool
) -> None:
    """Its bytes are drained, nothing remains, and a new thread of the same title does not get it."""
    yoda, other = _halfway_through_an_upload(call), call("R2D2")
    assert other.ask(Status.RMV, title="3331").status is Status.THREAD_REMOVED
    if made_anew:
        other.ask(Status.CRT, title="3331")
    assert yoda.ask(Status.FILE_END, title="3331", file="f").status is Status.THREAD_NOT_EXIST
    assert server.files() == {"credentials.txt"} | ({"3331"} if made_anew else set())


def test_a_download_survives_the_removal_of_its_thread(call: Callable[..., Caller], server: RunningServer) -> None:
    """A file once opened stays readable, to its end."""
    yoda, content = call("Yoda"), os.urandom(16 * MEGABYTE)
    r2d2 = call("R2D2")
    yoda.ask(Status.CRT, title="3331")
    yoda.upload("3331", "f", content)
    assert r2d2.ask(Status.DWN, title="3331", file="f").status is Status.FILE_COMING
    assert yoda.ask(Status.RMV, title="3331").status is Status.THREAD_REMOVED
    assert server.files() == {"credentials.txt"}
    assert r2d2.rest_of_download() == content


def test_removing_a_thread_takes_its_uploads_and_no_others(call: Callable[..., Caller], server: RunningServer) -> None:
    """Whoever uploaded them; RMV 33 leaves the files of 3331, and old uploads do not come back."""
    yoda, r2d2 = call("Yoda"), call("R2D2")
    for title in ("33", "3331"):
        yoda.ask(Status.CRT, title=title)
        r2d2.upload(title, "f", b"x")
    yoda.ask(Status.RMV, title="33")
    assert server.files() == {"credentials.txt", "3331", "3331-f"}
    r2d2.ask(Status.CRT, title="33")
    assert r2d2.ask(Status.DWN, title="33", file="f").status is Status.FILE_NOT_EXIST


NOT_OURS = [
    "..",
    ".",
    "/etc/x",
    "../x",
    "credentials.txt",
    "notes.txt",
    "server.py",
    "",
    "x" * 300,
    "a b",
    "a\nb",
    "a\0b",
]


@pytest.mark.parametrize("title", NOT_OURS)
def test_a_title_never_touches_a_file_that_is_not_ours(
    call: Callable[..., Caller], server: RunningServer, title: str
) -> None:
    """It is refused, and every file stays as it was."""
    for name in ("notes.txt", "server.py"):
        (server.folder / name).write_text("mine")
    before = {path.name: path.read_bytes() for path in server.folder.iterdir()}
    yoda = call("Yoda")
    assert yoda.ask(Status.CRT, title=title).status is Status.NAME_NOT_ALLOWED
    assert yoda.ask(Status.LST).status is Status.THREAD_INACTIVE
    assert {path.name: path.read_bytes() for path in server.folder.iterdir()} == before


@pytest.mark.parametrize("name", ["../x", "/etc/x", "", "x" * 300, "mine", "a b", "a\nb"])
def test_an_upload_never_touches_a_file_that_is_not_ours(
    call: Callable[..., Caller], server: RunningServer, name: str
) -> None:
    """The same for the stored name, TITLE-FILE."""
    yoda = call("Yoda")
    yoda.ask(Status.CRT, title="t")
    (server.folder / "t-mine").write_text("mine")
    assert yoda.ask(Status.UPD, title="t", file=name).status is Status.NAME_NOT_ALLOWED
    assert (server.folder / "t-mine").read_text() == "mine"
    assert server.files() == {"credentials.txt", "t", "t-mine"}


def test_a_foreign_file_that_appears_during_an_upload_is_safe(
    call: Callable[..., Caller], server: RunningServer
) -> None:
    """Publishing refuses to overwrite what somebody else put there meanwhile."""
    yoda = _halfway_through_an_upload(call)
    (server.folder / "3331-f").write_text("mine")
    assert yoda.ask(Status.FILE_END, title="3331", file="f").status is Status.NOT_STORED
    assert (server.folder / "3331-f").read_text() == "mine"


def test_a_forum_starts_empty_beside_leftover_files(folder: Path) -> None:
    """What an earlier run left is no thread, and is not overwritten."""
    (folder / "3331").write_text("Yoda\n1 Yoda: old\n")
    server = RunningServer(folder)
    yoda = Caller(server.port)
    yoda.log_in("Yoda")
    assert yoda.ask(Status.LST).status is Status.THREAD_INACTIVE
    assert yoda.ask(Status.CRT, title="3331").status is Status.NAME_NOT_ALLOWED
    assert (folder / "3331").read_text() == "Yoda\n1 Yoda: old\n"
    server.stop()


def test_many_posts_at_one_instant_all_stand(call: Callable[..., Caller], server: RunningServer) -> None:
    """Each with a number of its own, and the file shows the last state when the last answer is out."""
    callers = [call(f"user{number}") for number in range(8)]
    callers[0].ask(Status.CRT, title="3331")

    def post(caller: Caller, number: int) -> None:
        for serial in range(20):
            assert caller.ask(Status.MSG, title="3331", text=f"{number}.{serial}").status is Status.MESSAGE_POSTED

    workers = [threading.Thread(target=post, args=(caller, number)) for number, caller in enumerate(callers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    lines = (server.folder / "3331").read_text().splitlines()[1:]
    assert [int(line.split()[0]) for line in lines] == list(range(1, 161))
    assert len({line.split(": ")[1] for line in lines}) == 160
    assert callers[0].ask(Status.RDT, title="3331").lines("lines") == lines


def test_create_and_remove_in_a_race_leave_what_the_forum_says(
    call: Callable[..., Caller], server: RunningServer
) -> None:
    """No older print-out and no late deletion wins over a newer decision."""
    callers = [call(f"user{number}") for number in range(4)]

    def quarrel(caller: Caller) -> None:
        for _ in range(40):
            caller.ask(Status.CRT, title="3331")
            caller.ask(Status.MSG, title="3331", text="mine")
            caller.ask(Status.RMV, title="3331")

    workers = [threading.Thread(target=quarrel, args=(caller,)) for caller in callers]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    there = callers[0].ask(Status.LST).status is Status.THREAD_ACTIVE
    assert server.files() >= {"credentials.txt"}
    assert ("3331" in server.files()) is there


def test_a_half_download_leaves_no_file(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """A client whose server dies in the middle says so, and keeps nothing of the file."""
    uploader = Caller(server.port)
    uploader.log_in("R2D2")
    uploader.ask(Status.CRT, title="3331")
    uploader.upload("3331", "f", os.urandom(64 * MEGABYTE))
    yoda = terminal("Yoda")
    yoda.types("DWN 3331 f")
    wait_until(lambda: _bytes_written(yoda.child.pid) > MEGABYTE, "the download to begin")
    server.process.send_signal(signal.SIGKILL)
    assert yoda.leaves() == 1
    assert "The server has gone" in yoda.rest
    assert list(yoda.folder.iterdir()) == []


def _bytes_written(process: int) -> int:
    return int(Path(f"/proc/{process}/io").read_text().split("wchar: ")[1].split()[0])


def _halfway_through_an_upload(call: Callable[..., Caller]) -> Caller:
    owner, yoda = call("R2D2"), call("Yoda")
    owner.ask(Status.CRT, title="3331")
    owner.ask(Status.XIT)
    assert yoda.ask(Status.UPD, title="3331", file="f").status is Status.SEND_FILE
    yoda.say(Status.BYTES, size=1000)
    yoda.sock.sendall(b"x" * 1000)
    return yoda
