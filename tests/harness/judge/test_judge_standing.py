"""The answers of runtimes that were asked where their threads stand, as they print them."""

from __future__ import annotations

import pytest

from harness.events import Asked
from harness.judge.standing import Stand, stands, told

PYTHON = b"""Fatal Python error: Aborted\r
\r
Thread 0x00007fdb40ff86c0 (most recent call first):\r
  File "/usr/lib/python3.11/threading.py", line 320 in wait\r
  File "/usr/lib/python3.11/queue.py", line 171 in get\r
  File "/tmp/x y/server/server.py", line 28 in serve\r
  File "/usr/lib/python3.11/threading.py", line 982 in run\r
\r
Thread 0x00007fdb417f96c0 [worker] (most recent call first):\r
  File "server.py", line 41 in on_say\r
\r
Current thread 0x00007fdb422a3b80 (most recent call first):\r
  File "<frozen importlib._bootstrap>", line 1 in <module>\r
  File "server.py", line 46 in <module>\r
\r
Extension modules: a.b, c (total: 2)\r
"""
SEEN = [
    {"tid": 2, "sp": "0x7fff4311c430", "call": "poll()", "on": ["listener"], "peers": []},
    {"tid": 6, "sp": "0x7fdb40ff73b0", "call": "futex()", "on": [], "peers": []},
    {"tid": 7, "sp": "0x7fdb417f83b0", "call": "recv()", "on": ["connection"], "peers": ["yoda"]},
]
JAVA = b"""2026-11-22 13:00:00\r
Full thread dump OpenJDK 64-Bit Server VM (17.0.15 mixed mode):\r
\r
"main" #1 prio=5 os_prio=0 cpu=31ms elapsed=2s tid=0x00007f nid=0x8 waiting for monitor entry  [0x00007f]\r
   java.lang.Thread.State: BLOCKED (on object monitor)\r
\tat Server.login(Server.java:55)\r
\t- waiting to lock <0x0000> (a java.lang.Object)\r
\tat Server.main(Server.java:12)\r
\t- locked <0x0001> (a java.lang.Object)\r
\r
"Thread-0" #12 [9] prio=5 os_prio=0 cpu=1ms elapsed=2s tid=0x00007f nid=9 runnable  [0x00007f]\r
   java.lang.Thread.State: RUNNABLE\r
\tat sun.nio.ch.Net.poll(java.base@17.0.15/Native Method)\r
\tat java.io.BufferedReader.readLine(java.base@17.0.15/BufferedReader.java:400)\r
\tat app//forum.Handler$1.run(Handler.java:41)\r
\r
"Worker-1" #13 prio=5 tid=0x00007f nid=0xa waiting on condition\r
\tat jdk.internal.misc.Unsafe.park(java.base@17.0.15/Native Method)\r
\t- parking to wait for  <0x0002> (a java.util.concurrent.locks.ReentrantLock$NonfairSync)\r
\tat java.util.concurrent.locks.ReentrantLock.lock(java.base@17.0.15/ReentrantLock.java:322)\r
\tat forum.Board.post(Board.java:61)\r
\r
"VM Thread" os_prio=0 cpu=1ms elapsed=2s tid=0x00007f nid=0xb runnable\r
\r
Heap\r
"""
SEEN_JAVA = [
    {"tid": 8, "sp": "", "call": "futex()", "on": [], "peers": []},
    {"tid": 9, "sp": "", "call": "poll()", "on": ["connection"], "peers": ["r2d2"]},
]


def asked(language: str, data: bytes, threads: list[dict[str, object]] | None = None) -> Asked:
    """An answer of the server."""
    return Asked(t=0, actor="server", pid=2, language=language, data=data, threads=threads or [])


def test_python_tells_its_own_lines_and_what_they_called() -> None:
    """The innermost line of the program's own; the library's function that it called, if it called one."""
    assert stands(asked("python", PYTHON)) == [
        Stand("server.py", 28, "get()", address=0x7FDB40FF86C0),
        Stand("server.py", 41, address=0x7FDB417F96C0),
        Stand("server.py", 46, address=0x7FDB422A3B80),
    ]


def test_python_threads_are_known_by_their_stacks() -> None:
    """/proc knows what a thread is blocked in and on whom: the address that Python names lies above its stack."""
    assert told(asked("python", PYTHON, SEEN), "the server") == [
        "the server's thread for yoda stands in recv() at server.py:41",
        "a thread of the server stands in get() at server.py:28",
        "a thread of the server stands in poll() at server.py:46",
    ]


def test_without_proc_the_lines_are_told_alone() -> None:
    """Half an answer is better than none."""
    lines = ["a thread of the server stands at server.py:41", "a thread of the server stands at server.py:46"]
    assert told(asked("python", PYTHON), "the server")[1:] == lines


def test_java_tells_locks_of_both_kinds_and_calls_of_its_library() -> None:
    """`synchronized` and ReentrantLock are locks; a call is named as the program wrote it."""
    assert told(asked("java", JAVA, SEEN_JAVA), "the server") == [
        "two threads of the server wait for a lock at Server.java:55 and Board.java:61",
        "the server's thread for r2d2 stands in readLine() at Handler.java:41",
    ]


def test_many_threads_are_counted() -> None:
    """A crowd is not read out."""
    thread = b"Thread 0x%x (most recent call first):\n  File \"s.py\", line %d in f\n\n"
    said = told(asked("python", b"".join(thread % (n, n) for n in range(1, 21))), "the server")
    assert said[-1] == "17 more threads stand elsewhere"
    assert len(said) == 4


@pytest.mark.parametrize("language", ["python", "java"])
@pytest.mark.parametrize("data", [b"", b"nonsense\n\n", b"Thread 0x", PYTHON[:200], JAVA[:300], b"\xff\x00" * 99])
def test_what_cannot_be_read_tells_nothing_wrong(language: str, data: bytes) -> None:
    """Half a dump, or a program's own words: nothing is raised."""
    assert isinstance(told(asked(language, data, SEEN), "the server"), list)
