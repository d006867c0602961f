"""The sample sessions of the assignment, on both terminals."""

from collections.abc import Callable

from forum_stage import ADMIN, PROMPT, RunningServer, Terminal

TEST_EXE = bytes(range(256)) + b"\r\n\0" * 170 + b"xx"


def test_the_first_session(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """One client at a time: every command, and most of its errors."""
    yoda = terminal("Yoda")
    (yoda.folder / "test.exe").write_bytes(TEST_EXE)
    for line, shown, printed in [
        ("LST", ["No threads to list"], []),
        ("HELLO", ["Invalid command"], None),
        ("CRT 3331", ["Thread 3331 created"], ["Thread 3331 created"]),
        ("CRT 3331", ["Thread 3331 exists"], ["Thread 3331 exists"]),
        ("CRT 9331", ["Thread 9331 created"], ["Thread 9331 created"]),
        ("LST 3331", ["Incorrect syntax for LST"], None),
        ("LST", ["The list of active threads:", "3331", "9331"], []),
        ("MSG 3331 Networks is awesome", ["Message posted to 3331 thread"], ["Message posted to 3331 thread"]),
        ("RDT", ["Incorrect syntax for RDT"], None),
        ("RDT 9331", ["Thread 9331 is empty"], ["Thread 9331 read"]),
        ("RDT 3331", ["1 Yoda: Networks is awesome"], ["Thread 3331 read"]),
        ("UPD 3331 test.exe", ["test.exe uploaded to 3331 thread"], ["Yoda uploaded file test.exe to 3331 thread"]),
        ("RDT 3331", ["1 Yoda: Networks is awesome", "Yoda uploaded test.exe"], ["Thread 3331 read"]),
        ("RMV 9331", ["Thread 9331 removed"], ["Thread 9331 removed"]),
    ]:
        assert yoda.answer(line) == shown
        _server_prints(server, "Yoda", line, printed)
    yoda.types("XIT")
    assert yoda.leaves() == 0
    assert yoda.rest.endswith("XIT\r\nGoodbye\r\n")
    server.sees("Yoda exited", "Waiting for clients")
    assert (server.folder / "3331").read_text() == "Yoda\n1 Yoda: Networks is awesome\nYoda uploaded test.exe\n"
    assert (server.folder / "3331-test.exe").read_bytes() == TEST_EXE

    obi = terminal()
    obi.sees("Enter username: ")
    obi.types("Obi-wan")
    obi.sees("Enter new password for Obi-wan: ")
    obi.types("r2d2")
    obi.sees(PROMPT)
    server.sees("Client connected", "New user", "Obi-wan successful login")
    read = ["1 Yoda: Networks is awesome", "Yoda uploaded test.exe", "2 Obi-wan: Networks exam PWNED me"]
    foreign = "The message belongs to another user and cannot be edited"
    for line, shown, printed in [
        ("CRT 9331", ["Thread 9331 created"], ["Thread 9331 created"]),
        ("MSG 9331 Networks exam PWNED me", ["Message posted to 9331 thread"], ["Message posted to 9331 thread"]),
        ("MSG 3331 Networks exam PWNED me", ["Message posted to 3331 thread"], ["Message posted to 3331 thread"]),
        ("LST", ["The list of active threads:", "3331", "9331"], []),
        ("RDT 331", ["Thread 331 does not exist"], ["Incorrect thread specified"]),
        ("RDT 3331", read, ["Thread 3331 read"]),
        ("DWN 9331 test.exe", ["File does not exist in Thread 9331"], ["test.exe does not exist in Thread 9331"]),
        ("DWN 3331 test.exe", ["test.exe successfully downloaded"], ["test.exe downloaded from Thread 3331"]),
        ("EDT 3331 1 I PWNED Networks exam", [foreign], ["Message cannot be edited"]),
        ("EDT 3331 2 I PWNED Networks exam", ["The message has been edited"], ["Message has been edited"]),
        ("RDT 3331", [*read[:2], "2 Obi-wan: I PWNED Networks exam"], ["Thread 3331 read"]),
        (
            "RMV 3331",
            ["The thread was created by another user and cannot be removed"],
            ["Thread 3331 cannot be removed"],
        ),
        ("RMV 9331", ["Thread 9331 removed"], ["Thread 9331 removed"]),
        ("LST", ["The list of active threads:", "3331"], []),
        ("SHT", ["Incorrect syntax for SHT"], None),
        ("SHT monkey", ["Incorrect password"], ["Incorrect password"]),
    ]:
        assert obi.answer(line) == shown
        _server_prints(server, "Obi-wan", line, printed)
    assert (obi.folder / "test.exe").read_bytes() == TEST_EXE
    obi.types(f"SHT {ADMIN}")
    assert obi.leaves() == 0
    assert obi.rest.endswith("Goodbye. Server shutting down\r\n")
    server.sees("Obi-wan issued SHT command", "Server shutting down")
    assert server.wait() == 0
    assert server.files() == set()


def test_the_second_session(terminal: Callable[..., Terminal], server: RunningServer) -> None:
    """Two clients at once; each sees what the other did, and both leave at the shutdown."""
    yoda, r2d2 = terminal("Yoda"), terminal("R2D2")
    (yoda.folder / "test1.exe").write_bytes(TEST_EXE)
    (r2d2.folder / "test2.exe").write_bytes(b"")
    for who, line, shown in [
        (yoda, "LST", ["No threads to list"]),
        (r2d2, "CRT 3331", ["Thread 3331 created"]),
        (yoda, "CRT 3331", ["Thread 3331 exists"]),
        (yoda, "CRT 9331", ["Thread 9331 created"]),
        (yoda, "MSG 3331 Networks Rocks!", ["Message posted to 3331 thread"]),
        (r2d2, "MSG 3331 Yes it does", ["Message posted to 3331 thread"]),
        (r2d2, "RDT 3331", ["1 Yoda: Networks Rocks!", "2 R2D2: Yes it does"]),
        (yoda, "UPD 9331 test1.exe", ["test1.exe uploaded to 9331 thread"]),
        (r2d2, "UPD 9331 test2.exe", ["test2.exe uploaded to 9331 thread"]),
        (yoda, "RDT 9331", ["Yoda uploaded test1.exe", "R2D2 uploaded test2.exe"]),
        (r2d2, "DWN 9331 test1.exe", ["test1.exe successfully downloaded"]),
        (yoda, "DWN 9331 test2.exe", ["test2.exe successfully downloaded"]),
        (yoda, "EDT 3331 2 x", ["The message belongs to another user and cannot be edited"]),
        (yoda, "MSG 3331 This assignment rocks", ["Message posted to 3331 thread"]),
        (yoda, "DLT 3331 2", ["The message belongs to another user and cannot be deleted"]),
        (yoda, "DLT 3331 1", ["The message has been deleted"]),
        (r2d2, "RDT 3331", ["1 R2D2: Yes it does", "2 Yoda: This assignment rocks"]),
        (r2d2, "RMV 9331", ["The thread was created by another user and cannot be removed"]),
        (r2d2, "RMV 3331", ["Thread 3331 removed"]),
    ]:
        assert who.answer(line) == shown
    assert (r2d2.folder / "test1.exe").read_bytes() == TEST_EXE
    assert (yoda.folder / "test2.exe").read_bytes() == b""
    yoda.types(f"SHT {ADMIN}")
    for who in (yoda, r2d2):
        assert who.leaves() == 0
        assert who.rest.endswith("\r\nGoodbye. Server shutting down\r\n")
    server.sees("Yoda issued SHT command", "Server shutting down")
    assert server.wait() == 0


def test_errors_without_a_sample_have_sentences_in_the_same_voice(terminal: Callable[..., Terminal]) -> None:
    """Unknown threads and numbers, missing files, forbidden names; and an empty line asks again."""
    yoda = terminal("Yoda")
    assert yoda.answer("CRT 3331") == ["Thread 3331 created"]
    (yoda.folder / "file").write_text("x")
    (yoda.folder / "folder").mkdir()
    for command in ("MSG 9 x", "DLT 9 1", "EDT 9 1 x", "UPD 9 file", "DWN 9 file", "RMV 9", "RDT 9"):
        assert yoda.answer(command) == ["Thread 9 does not exist"]
    for command in ("DLT 3331 1", "DLT 3331 1", "EDT 3331 1 x"):
        assert yoda.answer(command) == ["Message 1 does not exist in Thread 3331"]
    assert yoda.answer("UPD 3331 nothing") == ["File nothing does not exist"]
    assert yoda.answer("UPD 3331 folder") == ["File folder cannot be read"]
    assert yoda.answer("UPD 3331 ../x") == ["The name ../x cannot be used"]
    assert yoda.answer("UPD 3331 file") == ["file uploaded to 3331 thread"]
    assert yoda.answer("UPD 3331 file") == ["File file exists in Thread 3331"]
    assert yoda.answer("CRT 3331-file") == ["The name 3331-file cannot be used"]
    assert yoda.answer("XIT now") == ["Incorrect syntax for XIT"]
    assert yoda.answer("") == []
    assert yoda.answer("   ") == []


def _server_prints(server: RunningServer, user: str, line: str, printed: list[str] | None) -> None:
    if printed is not None:  # what the client refuses itself never reaches the server
        server.sees(f"{user} issued {line.split()[0]} command", *printed)
