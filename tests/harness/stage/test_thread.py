"""What a thread waits in, as it is told after it was stopped and goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from harness.stage import syscalls
from harness.stage.proc import Proc
from harness.stage.process import Process
from harness.stage.thread import Thread

POLLS = "import select\np = select.poll()\np.register(0)\np.poll({limit})"
AGAIN = f"{syscalls.number(syscalls.RESTARTED)} "


def until(holds: Callable[[], object]) -> None:
    """Wait for the kernel, for 20 s at most."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        os.sched_yield()


def seen_after_a_stop(limit: str) -> Thread:
    """A thread that polls, was stopped, goes on, and was seen on its way back into the call."""
    code = POLLS.format(limit=limit)
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    proc = Proc(os.open("/proc", os.O_RDONLY))
    try:
        process = Process(proc, child.pid, os.getpid(), 0, "yoda")
        process.list_threads(0.0)
        thread = process.threads[child.pid]
        until(lambda: thread.look(time.monotonic())[0] and thread.wait is not None and thread.wait.call == "poll")
        os.kill(child.pid, signal.SIGSTOP)
        until(lambda: thread.state() == "T")
        os.kill(child.pid, signal.SIGCONT)
        syscall = Path(f"/proc/{child.pid}/syscall")
        until(lambda: syscall.read_text().startswith(AGAIN))
        assert thread.refresh()  # it has run: what it showed before counts no more
        assert thread.look(time.monotonic())[0]
        thread.close()
        return thread
    finally:
        child.kill()
        child.communicate()
        os.close(proc.fd)


def test_a_wait_without_end_is_known_again_after_a_stop() -> None:
    """The kernel shows another call from then on, with the same arguments: it waits for the same, for ever."""
    wait = seen_after_a_stop("").wait
    assert wait is not None
    assert (wait.call, wait.timed, wait.reads) == ("poll", False, (0,))


def test_a_wait_with_an_end_is_not() -> None:
    """When it began cannot be seen any more: it may end at any moment."""
    wait = seen_after_a_stop("60_000").wait
    assert wait is not None
    assert (wait.known, wait.timed) == (False, True)
