"""Programs in Java: how they are compiled, and where their packages begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.subject.compiling import DoesNotBuild, need, run
from harness.subject.find import Entry

_PACKAGE = re.compile(rb"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_TYPE = re.compile(rb"^\s*(?:(?:public|abstract|final|static|sealed|strictfp)\s+)*"
                   rb"(?:class|@?interface|enum|record)\s+(\w+)", re.MULTILINE)  # fmt: skip
# Without UsePerfData: it writes to a shared folder by pid, and pids are the same in every box.
_OPTIONS = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]


def make_java(entry: Entry, folder: Path, inside: Path) -> list[str]:
    """Compile the class of an entry, `inside` its copy `folder`: the words that start it. Raises SubjectError."""
    for tool in ("javac", "java"):
        need(tool, entry)
    sources = [path.read_bytes() for path in folder.rglob("*.java")]
    encoding = "UTF-8" if all(map(_is_utf8, sources)) else "ISO-8859-1"
    # A class that was handed in beside its source may be older than it, or made by a newer Java.
    # With -g a NullPointerException names the variable that was null, and not "<local3>".
    javac = ["javac", "-g", "-Xprefer:source", "-encoding", encoding, "-nowarn", "-sourcepath", ".", "-d", "."]
    try:
        run([*javac, str(inside)], folder)
    except DoesNotBuild:
        # What lies in a file of another name javac does not find. (Not at once: a copy that is broken, or a class that
        # is there twice, must not stop what builds without it.)
        others = _others(folder, folder / inside)
        if not others:
            raise
        run([*javac, str(inside), *(str(path.relative_to(folder)) for path in others)], folder)
    where = package(folder / inside)
    classes = [path.stem for path in folder.joinpath(*where).glob("*.class")]
    # `class Server` may stand in server.java.
    name = next((name for name in classes if name.lower() == inside.stem.lower()), "")
    if not name:
        raise DoesNotBuild(f"{entry.file}: the build made no class called {inside.stem!r}")
    return ["java", *_OPTIONS, "-cp", ".", ".".join([*where, name])]


def package(source: Path) -> list[str]:
    """The package of a source, in words; none: []."""
    found = _PACKAGE.search(source.read_bytes())
    return found[1].decode().split(".") if found else []


def _others(folder: Path, entry: Path) -> Sequence[Path]:
    """The files with the classes that `entry` uses, and what it uses too, where the file is not called like the class:
    `class Reply` in Protocol.java. Of several with such a class, the one that lies beside who uses it."""
    texts = {path: path.read_bytes() for path in sorted(folder.rglob("*.java"))}
    types = {path: set(_TYPE.findall(text)) for path, text in texts.items()}
    known, found, queue = set(types.get(entry, ())), list[Path](), [entry]
    while queue:
        here = queue.pop()
        for word in dict.fromkeys(re.findall(rb"\w+", texts.get(here, b""))):
            if word in known:
                continue
            at = next(_with(word, types, here.parent), None)
            if at is not None:
                queue.append(at)
                found += [at] if at.stem.encode() != word else []
                known |= types[at]
    return list(dict.fromkeys(found))


def _with(word: bytes, types: dict[Path, set[bytes]], beside: Path) -> Iterator[Path]:
    """The files in which this class may be: its own before another, those beside before those elsewhere."""
    having = [path for path, names in types.items() if word in names]
    yield from sorted(having, key=lambda path: (path.stem.encode() != word, path.parent != beside))


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
