"""The file system of a box: a small root in which a program finds what it runs on, its own folder, and nothing else.

What the system has in /usr, the interpreters in use and little of /etc are there to be read; /tmp and /dev/shm are
its own and bounded; the play's folder stands where it stands outside. Homes, other submissions, scenarios and results
are not hidden but absent.
"""

from __future__ import annotations

import glob
import os
import stat

from harness.box.libc import call, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1, 2, 4, 8, 32, 4096, 0x4000, 0x40000,
)  # fmt: skip
MNT_DETACH = 2

SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]
# Java's settings are links from /usr to /etc; `alternatives` is how Debian's commands find each other.
SETTINGS = ["alternatives", "java*", "ssl/certs", "ld.so.*", "localtime", "timezone", "protocols", "services",
            "mime.types", "host.conf", "gai.conf"]  # fmt: skip
DEVICES = ["null", "zero", "full", "random", "urandom", "tty"]
USERS = "root:x:0:0:root:/:/usr/sbin/nologin\nstudent:x:1000:1000:student:/tmp:/bin/sh\n"
GROUPS = "root:x:0:\nstudent:x:1000:\n"
# Shared memory that has a name: what two processes hand each other, never much.
SHARED = 64 << 20
# More terminals than that no program of its own accord opens; the kernel's own limit is one for the whole machine.
TERMINALS = 64

# Any folder that is everywhere, to put the new root on: what lies below it is opened before.
_NEW = "/tmp"


def make_root(folder: str, shown: list[str], hidden: str, disk: int, files: int) -> None:
    """Change into the small root. `folder` may be written to, `shown` read; `hidden` is absent even below /usr.

    Raises OSError where the kernel refuses.
    """
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    # An open folder can still be bound when something else stands on its way.
    opened = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in [*shown, folder] if os.path.lexists(path)}
    system = _links_and_folders([*SYSTEM, *_settings()])
    mount("tmpfs", _NEW, MS_NOSUID | MS_NODEV, f"size=1m,nr_inodes={4096},mode=755")
    for path, (link, fd) in system.items():
        _make_link(link, _NEW + path) if fd < 0 else bind(fd, _NEW + path)
    _make_own(disk, files)
    if hidden and _inside(hidden, system) and os.path.isdir(_NEW + hidden):
        mount("tmpfs", _NEW + hidden, MS_NOSUID | MS_NODEV, "size=64k,mode=755")
    for path, fd in opened.items():
        if path == folder or not _inside(path, system) or _inside(path, [hidden]):
            bind(fd, _NEW + path)
    mount("proc", _make_folder(_NEW + "/proc"), MS_NOSUID | MS_NODEV | MS_NOEXEC, "")
    _turn()
    _protect([folder, "/dev", "/proc"])
    call("mount", None, b"/dev", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, None)
    for fd in [*opened.values(), *(fd for _, fd in system.values() if fd >= 0)]:
        os.close(fd)


def _settings() -> list[str]:
    return [path for pattern in SETTINGS for path in glob.glob(f"/etc/{pattern}")]


def _links_and_folders(paths: list[str]) -> dict[str, tuple[str, int]]:
    found = {}
    for path in paths:
        if os.path.islink(path):
            found[path] = os.readlink(path), -1
        elif os.path.exists(path):
            found[path] = "", os.open(path, os.O_PATH | os.O_CLOEXEC)
    return found


def _inside(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _make_own(disk: int, files: int) -> None:
    """What a box has of its own: temporary files, devices, terminals, the names of its users and hosts."""
    bounds = f"size={disk},nr_inodes={files},mode=1777"
    mount("tmpfs", _make_folder(_NEW + "/tmp"), MS_NOSUID | MS_NODEV, bounds)
    mount("tmpfs", _make_folder(_NEW + "/dev"), MS_NOSUID, "size=64k,mode=755")
    for name in DEVICES:
        if os.path.exists(f"/dev/{name}"):
            fd = os.open(f"/dev/{name}", os.O_PATH | os.O_CLOEXEC)
            bind(fd, f"{_NEW}/dev/{name}")
            os.close(fd)
    mount("tmpfs", _make_folder(_NEW + "/dev/shm"), MS_NOSUID | MS_NODEV, f"size={SHARED},nr_inodes=1024,mode=1777")
    mount("devpts", _make_folder(_NEW + "/dev/pts"), MS_NOSUID | MS_NOEXEC,
           f"newinstance,ptmxmode=0666,mode=0620,max={TERMINALS}")  # fmt: skip
    links = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1",
             "stderr": "/proc/self/fd/2", "ptmx": "pts/ptmx"}  # fmt: skip
    for name, target in links.items():
        _make_link(target, f"{_NEW}/dev/{name}")
    _make_link("/tmp", _NEW + "/var/tmp")
    _make_folder(_NEW + "/run")
    host = os.uname().nodename
    for name, text in {"passwd": USERS, "group": GROUPS, "nsswitch.conf": "hosts: files\n",
                       "hosts": f"127.0.0.1 localhost {host}\n::1 localhost\n"}.items():  # fmt: skip
        write(f"{_make_folder(_NEW + '/etc')}/{name}", text)


def mount(kind: str, where: str, flags: int, data: str) -> None:
    """Mount a file system of this kind."""
    call("mount", kind.encode(), os.fsencode(where), kind.encode(), flags, data.encode() or None)


def _make_folder(path: str) -> str:
    os.makedirs(path, exist_ok=True)
    return path


def _make_link(target: str, path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)


def bind(fd: int, target: str) -> None:
    """Show what was opened at `target` too; that is made if it is not there."""
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    call("mount", f"/proc/self/fd/{fd}".encode(), os.fsencode(target), None, MS_BIND | MS_REC, None)


def _turn() -> None:
    """The new root becomes the root, and the old one is let go of: nothing leads there any more."""
    os.chdir(_NEW)
    call("pivot_root", b".", b".")
    call("umount2", b".", MNT_DETACH)
    os.chdir("/")


def _protect(writable: list[str]) -> None:
    """Make every mount read-only but these. (A mount is made so one by one, also those that came with another.)"""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        points = [line.split()[4].encode().decode("unicode_escape") for line in file]
    for point in points:
        if point != "/tmp" and not _inside(point, writable):
            kept = os.statvfs(point).f_flag & (MS_NODEV | MS_NOEXEC)
            call("mount", None, os.fsencode(point), None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | kept, None)
