"""Programs of one box apart from each other: of the play's folder each actor sees its own, and nothing of the others.

Two namespaces do it, and neither alone. In an own one of *mounts* the other actors' folders are absent. But all
programs are one user, and whoever may look into a process finds its folder at /proc/PID/cwd, and its files and memory
beside it; only from the namespace of *users* that it lives in, or one above, is that allowed. So each has its own.
The launcher and the harness live above, and see everybody.

Who makes namespaces must be a process of its own on the way to its exec: so this forks, where spawn() need not.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal

from harness.box.libc import PR_SET_DUMPABLE, call, write
from harness.box.root import MS_BIND, MS_NODEV, MS_NOSUID, MS_RDONLY, MS_REMOUNT, bind, mount
from harness.box.spaces import CLONE_NEWNS, CLONE_NEWUSER, STUDENT, no_namespaces_inside
from harness.box.starting import DEFAULT_SIGNALS, find_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn


class NotApart(OSError):
    """The kernel did not let us keep a program apart: no fault of the program's."""


class Apart:
    """Starts programs so that none sees another's folder below `play`, the play's own."""

    def __init__(self, play: str) -> None:
        self._play = play

    def spawn(self, argv: list[str], folder: str, environment: dict[str, str], slave: int) -> int:
        """What starting.spawn() does, apart. Raises OSError, or NotApart."""
        path = find_program(argv[0], environment.get("PATH", ""))

        def begin() -> None:
            os.setsid()
            try:
                self._leave_the_others(folder)
            except OSError as exc:
                raise NotApart(f"{exc.strerror or exc}") from exc
            os.chdir(folder)
            _take_terminal(slave)
            _forget_signals()
            os.execve(path, argv, environment)

        pid, words = _forked(begin)
        if words:
            os.waitpid(pid, 0)
            number, _, why = words.partition(" ")
            raise OSError(int(number), why) if int(number) else NotApart(why)
        return pid

    def _leave_the_others(self, folder: str) -> None:
        call("unshare", CLONE_NEWNS)
        if self._play and folder.startswith(f"{self._play}/"):
            _show_only(folder, self._play)
        _be_alone()


def _show_only(folder: str, play: str) -> None:
    """Cover the play's folder by an empty one in which only this folder is."""
    own = os.open(folder, os.O_PATH | os.O_CLOEXEC) if os.path.isdir(folder) else -1
    mount("tmpfs", play, MS_NOSUID | MS_NODEV, "size=64k,mode=755")
    if own >= 0:
        bind(own, folder)
        os.close(own)
    call("mount", None, os.fsencode(play), None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, None)


def _be_alone() -> None:
    """Become the student, in a namespace of users of its own in which there is nobody else, and none can be made."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    # The limit at this moment becomes one for all of the box's programs together, as long as this one lives: others
    # come, and have threads too. What this one may have is set right below, and counted apart from theirs.
    resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
    os.setresgid(STUDENT, STUDENT, STUDENT)
    os.setresuid(STUDENT, STUDENT, STUDENT)
    call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)  # else our own files in /proc are root's
    call("unshare", CLONE_NEWUSER)
    with contextlib.suppress(OSError):  # it was denied before
        write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{STUDENT} {STUDENT} 1")
    write("/proc/self/gid_map", f"{STUDENT} {STUDENT} 1")
    no_namespaces_inside()
    resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))


def _take_terminal(slave: int) -> None:
    """See starting.spawn(): opened after setsid it becomes the controlling terminal."""
    terminal = os.open(f"/proc/self/fd/{slave}", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(terminal, fd)


def _forget_signals() -> None:
    for number in DEFAULT_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def _forked(begin: Callable[[], Any]) -> tuple[int, str]:
    """A child that does this and has exec'd or ended when we return, and what kept it: a number and a sentence."""
    hearing, telling = os.pipe()  # closed by exec
    try:
        child = os.fork()
        if child == 0:
            _be_child(begin, telling)
    finally:
        os.close(telling)
    with open(hearing, encoding="utf-8", errors="replace") as file:
        return child, file.read()


def _be_child(begin: Callable[[], Any], telling: int) -> NoReturn:
    try:
        begin()
    except OSError as exc:
        os.write(telling, f"{exc.errno or 0} {exc.strerror or exc}".encode())
    except (ValueError, TypeError) as exc:  # a limit or a word of the command that the system does not take
        os.write(telling, f"0 {exc}".encode())
    finally:
        os._exit(0)
