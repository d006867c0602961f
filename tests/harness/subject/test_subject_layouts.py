"""Submissions as students hand them in: each is found and built, or one clear sentence says why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.scenario.loader import assignment_text
from harness.subject import compiling
from harness.subject.build import DoesNotBuild, NoCompiler, build, with_commands
from harness.subject.find import command_words
from harness.subject.subject import Program, Subject, SubjectError
from tests.harness.stage.test_box import holders

ASSIGNMENT = assignment_text("""\
assignment: two programs
roles:
  server: {entry: server, arguments: ["{port}"], listens: true}
  client: {entry: client, arguments: ["{port}"]}
reference: .
""")
NEEDS_JAVA = pytest.mark.skipif(not (shutil.which("javac") and shutil.which("java")), reason="no Java here")
NEEDS_C = pytest.mark.skipif(not (shutil.which("cc") and shutil.which("make")), reason="no C compiler here")


def python(name: str) -> str:
    """A program that says who it is."""
    return f"import sys; print({name!r}, *sys.argv[1:])"


def java(name: str, package: str = "", body: str = "") -> str:
    """A class that says who it is."""
    return (f"{package and f'package {package};'}\npublic class {name} {{ {body}\n"
            f'  public static void main(String[] a) {{ System.out.println("{name} " + a[0]); }} }}\n')  # fmt: skip


def c(name: str, before: str = "") -> str:
    """A program in C that says who it is."""
    main = f'int main(int n, char **a) {{ printf("{name} %s\\n", a[n - 1]); return 0; }}\n'
    return f"#include <stdio.h>\n{before}\n{main}"


def lay(folder: Path, files: dict[str, str]) -> Path:
    """Write these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def said(subject: Subject, role: str, folder: Path) -> str:
    """What a role's program prints, started in a folder of its own as an actor's is."""
    home = folder / f"actor of {role}"
    home.mkdir()
    program = subject.program(role)
    program.place(home)
    done = subprocess.run(program.command({"port": "5745"}), cwd=home, capture_output=True, text=True, check=True)
    return done.stdout.strip()


PYTHON = {
    "one folder": ({"server.py": python("server"), "client.py": python("client")}, "server", "client"),
    "two folders": ({"server/server.py": python("server"), "client/client.py": python("client")}, "server", "client"),
    "a space in the name": ({"server dir/server.py": python("s"), "client dir/client.py": python("c")}, "s", "c"),
    "deeper": ({"ass1/src/server.py": python("s"), "ass1/src/client.py": python("c")}, "s", "c"),
    "capitals": ({"Server.py": python("s"), "CLIENT.PY": python("c")}, "s", "c"),
    "other names": ({"my_server_v2.py": python("s"), "tcp_client.py": python("c"), "util.py": ""}, "s", "c"),
    "a name cut short": ({"Serve.py": python("s"), "clients.py": python("c"), "util.py": ""}, "s", "c"),
    "helpers beside": ({"server.py": "import rules; print(rules.NAME, 5745)", "client.py": python("c"),
                        "rules.py": "NAME = 's'"}, "s", "c"),
    "an unfinished copy": ({"server/server.py": python("s"), "server/client.py": python("unfinished"),
                            "client/client.py": python("c")}, "s", "c"),
    "an old copy deeper": ({"server.py": python("s"), "client.py": python("c"), "old/server.py": python("old"),
                            "old/client.py": python("old")}, "s", "c"),
    "caches and environments": ({"server.py": python("s"), "client.py": python("c"), "venv/server.py": "",
                                 ".git/client.py": "", ".harness/recordings/server.py": ""}, "s", "c"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "server", "client"), PYTHON.values(), ids=PYTHON)
def test_python_programs_are_found(tmp_path: Path, files: dict[str, str], server: str, client: str) -> None:
    """However the two lie in their folders, each starts with its arguments, its helpers beside it."""
    subject = build(lay(tmp_path / "z5555555", files), ASSIGNMENT, tmp_path / "built")
    assert said(subject, "server", tmp_path) == f"{server} 5745"
    assert said(subject, "client", tmp_path) == f"{client} 5745"
    # Who plays their own folder again and again would carry all recordings along.
    assert not list((tmp_path / "built").rglob(".harness"))


JAVA = {
    "an unfinished copy": {"server/Server.java": java("Server"), "server/Client.java": "class Client { unfinished",
                           "client/Client.java": java("Client")},
    "packages": {"src/forum/Server.java": java("Server", "forum", "Rules r;"),
                 "src/forum/Rules.java": "package forum; class Rules {}",
                 "src/forum/Client.java": java("Client", "forum")},
    "as Maven lays it": {"forum/src/main/java/nz/forum/server/Server.java": java("Server", "nz.forum.server"),
                         "forum/src/main/java/nz/forum/client/Client.java": java("Client", "nz.forum.client")},
    "a class of another Java": {"Server.java": java("Server", body="Rules r;"), "Rules.java": "class Rules {}",
                                "Rules.class": "newer", "Client.java": java("Client")},
    "several classes a file": {
        "Server.java": java("Server", body="Reply r = Wire.said();"), "Client.java": java("Client", body="Reply r;"),
        "Protocol.java": "class Wire { static Reply said() { return new Reply(Answers.NONE); } }\n"
                         "class Reply { Reply(Answers answers) {} }", "Util.java": "enum Answers { NONE }",
        "Server_old.java": "class Reply { unfinished", "Notes.java": "class Wires { unfinished"},
    "one folder, small letters": {"server.java": java("Server").replace("public class", "class"),
                                  "client.java": java("Client").replace("public class", "class")},
}  # fmt: skip
IN_SHORT = ("packages", "several classes a file")


@NEEDS_JAVA
@pytest.mark.parametrize("files", [pytest.param(files, id=name, marks=[] if name in IN_SHORT else pytest.mark.soak)
                                   for name, files in JAVA.items()])  # fmt: skip
def test_java_programs_are_built(tmp_path: Path, files: dict[str, str]) -> None:
    """Each entry is compiled by itself with what it uses; packages keep their folders."""
    subject = build(lay(tmp_path / "z5555555", files), ASSIGNMENT, tmp_path / "built")
    assert said(subject, "server", tmp_path) == "Server 5745"
    assert said(subject, "client", tmp_path) == "Client 5745"


@NEEDS_JAVA
def test_a_java_program_names_the_variable_that_is_null(tmp_path: Path) -> None:
    """What is said of a crash is read by a student, who knows no <local1>."""
    body = "public static void main(String[] words) { String title = null; title.length(); }"
    files = {name: f"public class {name[:-5]} {{ {body} }}" for name in ("Server.java", "Client.java")}
    program = build(lay(tmp_path / "z", files), ASSIGNMENT, tmp_path / "built").program("server")
    done = subprocess.run(program.command({"port": "5745"}), cwd=program.sources, capture_output=True, text=True)
    assert 'because "title" is null' in done.stderr


@NEEDS_JAVA
@pytest.mark.soak
def test_java_in_latin_1_is_built(tmp_path: Path) -> None:
    """An umlaut in a comment does not stop the build."""
    files = {"Server.java": java("Server"), "Client.java": java("Client")}
    folder = lay(tmp_path / "z", files)
    (folder / "Server.java").write_bytes("// für alle\n".encode("latin-1") + files["Server.java"].encode())
    assert said(build(folder, ASSIGNMENT, tmp_path / "built"), "server", tmp_path) == "Server 5745"


MAKEFILE = "all: server client\n%: %.c\n\tcc -o $@ $<\n"
C = {
    "without a makefile": {"server.c": c("server"), "client.c": c("client")},
    "with a makefile": {"server.c": c("server"), "client.c": c("client"), "Makefile": MAKEFILE},
    "a makefile above": {"src/server.c": c("server"), "src/client.c": c("client"),
                         "makefile": "all:\n\tcc -o server src/server.c\n\tcc -o client src/client.c\n"},
    "a makefile for one at a time": {"server.c": c("server"), "client.c": c("client"),
                                     "Makefile": "server: server.c\n\tcc -o $@ $<\nclient: client.c\n\tcc -o $@ $<\n"},
    "capitals": {"Server.c": c("server"), "Client.c": c("client"),
                 "Makefile": "all:\n\tcc -o server Server.c\n\tcc -o client Client.c\n"},
    "a makefile that also runs tests": {
        "server.c": c("server"), "client.c": c("client"),
        "Makefile": "all: server client tests\n%: %.c\n\tcc -o $@ $<\ntests:\n\t./tests-at-home.sh\n"},
    "programs of another machine": {"server.c": c("server"), "client.c": c("client"), "Makefile": MAKEFILE,
                                    "server": "\x7fELF", "client": "\x7fELF"},
    "mathematics": {"server.c": c("server", "#include <math.h>\ndouble d(double x) { return pow(x, x); }"),
                    "client.c": c("client")},
    "a shared part": {"server.c": c("server", "int twice(int);\nint two(void) { return twice(1); }"),
                      "client.c": c("client"),
                      "twice.c": "// what main() { } uses\nint twice(int n) { return 2 * n; }\n"},
}  # fmt: skip


@NEEDS_C
@pytest.mark.parametrize("files", C.values(), ids=C)
def test_c_programs_are_built(tmp_path: Path, files: dict[str, str]) -> None:
    """By their makefile where there is one, else each with the parts beside it."""
    subject = build(lay(tmp_path / "z5555555", files), ASSIGNMENT, tmp_path / "built")
    assert said(subject, "server", tmp_path) == "server 5745"
    assert said(subject, "client", tmp_path) == "client 5745"


BAD = {
    "nothing there": ({}, "expected an entry file such as server.py, Server.java or server.c, found nothing at all"),
    "only a report": ({"report.pdf": ""}, "or server.c, found no source file (report.pdf)"),
    "only a server": ({"server.py": ""}, "such as client.py, Client.java or client.c, found server.py"),
    "two that might be": ({"server_a.py": "", "server_b.py": "", "client.py": ""},
                          "found client.py, server_a.py, server_b.py"),
    "too many to tell": ({f"{n}.py": "" for n in range(20)}, "14.py, 15.py and 12 more"),
    "too deep": ({"a/b/c/d/e/f/g/h/i/j/server.py": "", "client.py": ""}, "or server.c, found client.py"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "sentence"), BAD.values(), ids=BAD)
def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    """What was looked for, and what was found instead."""
    folder = tmp_path / "z5555555"
    folder.mkdir()
    with pytest.raises(SubjectError) as told:
        build(lay(folder, files), ASSIGNMENT, tmp_path / "built")
    assert str(told.value).startswith(f"{folder}: expected an entry file such as ")
    assert str(told.value).endswith(sentence)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("path", "what"), [("missing", "none"), ("server.py", "a file")])
def test_a_path_that_is_no_folder_is_told(tmp_path: Path, path: str, what: str) -> None:
    """A path that leads nowhere, or to a file."""
    lay(tmp_path, {"server.py": ""})
    with pytest.raises(SubjectError) as told:
        build(tmp_path / path, ASSIGNMENT, tmp_path / "built")
    assert str(told.value) == f"{tmp_path / path}: expected a folder with the programs in it, and there is {what}"


def test_a_program_without_its_source_is_told(tmp_path: Path) -> None:
    """A binary is not played unseen; how it could be is said."""
    folder = lay(tmp_path / "z", {"server": "\x7fELF", "client.c": c("client")})
    (folder / "server").chmod(0o755)
    with pytest.raises(SubjectError) as told:
        build(folder, ASSIGNMENT, tmp_path / "built")
    assert str(told.value).endswith(
        "found only a program without its source, server (a command can be given with --server)"
    )


def test_an_entry_that_leads_out_of_the_folder_is_told(tmp_path: Path) -> None:
    """A link to somewhere else on the student's own machine is no submission."""
    lay(tmp_path, {"elsewhere/server.py": "", "z/client.py": ""})
    (tmp_path / "z" / "server.py").symlink_to(tmp_path / "elsewhere" / "server.py")
    with pytest.raises(SubjectError) as told:
        build(tmp_path / "z", ASSIGNMENT, tmp_path / "built")
    assert str(told.value).endswith(
        "z/server.py: this is a link that leads out of the folder: put the file itself there"
    )


def test_links_that_lead_out_are_left_behind_and_those_inside_are_followed(tmp_path: Path) -> None:
    """No program reaches a folder of ours through a link of its own; pipes and broken links stop nobody."""
    folder = lay(tmp_path / "z", {"server.py": python("s"), "client.py": python("c"), "data/a.txt": "a"})
    (folder / "secret").symlink_to("/etc/passwd")
    (folder / "root").symlink_to("/")
    (folder / "broken").symlink_to("nowhere")
    (folder / "same.txt").symlink_to("data/a.txt")
    os.mkfifo(folder / "pipe")
    subject = build(folder, ASSIGNMENT, tmp_path / "built")
    home = tmp_path / "actor"
    home.mkdir()
    subject.program("server").place(home)
    names = {str(path.relative_to(home)) for path in home.rglob("*") if "__pycache__" not in path.parts}
    assert names == {"server.py", "client.py", "data", "data/a.txt", "same.txt"}
    assert (home / "same.txt").read_text() == "a"
    assert not (home / "same.txt").is_symlink()


def test_file_names_in_latin_1_are_copied(tmp_path: Path) -> None:
    """Names that are not UTF-8 are files like others."""
    folder = lay(tmp_path / "z", {"server.py": python("s"), "client.py": python("c")})
    odd = os.fsencode(folder) + b"/caf\xe9.py"
    with open(odd, "w") as file:
        file.write("NAME = 1")
    subject = build(folder, ASSIGNMENT, tmp_path / "built")
    assert said(subject, "server", tmp_path) == "s 5745"
    assert os.path.exists(os.fsencode(tmp_path / "actor of server") + b"/caf\xe9.py")


def test_what_does_not_build_is_told_in_the_compilers_words(tmp_path: Path) -> None:
    """Only the submission's own fault is called so."""
    if not shutil.which("cc"):
        pytest.skip("no C compiler here")
    folder = lay(tmp_path / "z", {"server.c": "int main( {", "client.c": c("client")})
    with pytest.raises(DoesNotBuild) as told:
        build(folder, ASSIGNMENT, tmp_path / "built")
    assert str(told.value).startswith("does not build: cc -O1 -o server server.c -pthread -lm ended with status 1\n")
    assert "server.c:1" in str(told.value)


@NEEDS_C
@pytest.mark.parametrize(
    ("makefile", "sentence"),
    [("all:\n\ttrue\n", "server.c: the build made no program called 'server'"),
     ("all:\n\tfalse\n", "does not build: make -f Makefile ended with status 2"),
     ("all:\n\tsleep 60 &\n\tfalse\n", "does not build: make -f Makefile ended with status 2")],
)  # fmt: skip
def test_a_makefile_that_makes_nothing_is_told(tmp_path: Path, makefile: str, sentence: str) -> None:
    """A build without its program, and one that fails, with or without something left running."""
    folder = lay(tmp_path / "z", {"server.c": c("s"), "client.c": c("c"), "Makefile": makefile})
    with pytest.raises(DoesNotBuild) as told:
        build(folder, ASSIGNMENT, tmp_path / "built")
    assert str(told.value).splitlines()[0] == sentence


@NEEDS_C
def test_a_build_that_fails_when_its_programs_are_there_is_told(tmp_path: Path) -> None:
    """They are played, for tests that stayed at home unmake nothing; but whoever types make should know."""
    subject = build(lay(tmp_path / "z", C["a makefile that also runs tests"]), ASSIGNMENT, tmp_path / "built")
    assert said(subject, "server", tmp_path) == "server 5745"
    (trouble,) = subject.troubles
    assert trouble["code"] == "build-fails"
    assert trouble["sentence"].startswith(
        "make -f Makefile ended with status 2, although the programs were made and are played; its last words were '"
    )
    assert "tests" in trouble["sentence"]
    assert not build(lay(tmp_path / "y", C["with a makefile"]), ASSIGNMENT, tmp_path / "built2").troubles


@NEEDS_C
def test_a_build_without_an_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A makefile that waits for ever is told, and nothing of it stays."""
    monkeypatch.setattr(compiling, "BUILD_S", 0.2)
    waits = "all:\n\tsleep 60 & wait\n"
    folder = lay(tmp_path / "z", {"server.c": c("s"), "client.c": c("c"), "Makefile": waits})
    with pytest.raises(DoesNotBuild, match="make -f Makefile: still building after"):
        build(folder, ASSIGNMENT, tmp_path / "built")
    assert not holders(tmp_path / "built"), "the build's child runs on"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [({"Server.java": java("Server"), "Client.java": java("Client")},
      "not run: Server.java needs javac, which this machine does not have"),
     ({"server.c": c("s"), "client.c": c("c")}, "not run: server.c needs cc, which this machine does not have")],
)  # fmt: skip
def test_without_a_compiler_a_program_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str],
                                                 sentence: str) -> None:  # fmt: skip
    """What this machine lacks is no fault of the submission."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(NoCompiler) as told:
        build(lay(tmp_path / "z", files), ASSIGNMENT, tmp_path / "built")
    assert str(told.value) == sentence


def test_commands_take_the_place_of_programs(tmp_path: Path) -> None:
    """A command starts a role instead; the sources of that role, if there are any, lie in its folder all the same."""
    subject = Subject("z", {"server": Program("server", ["old"], "python", tmp_path)})
    changed = with_commands(subject, {"server": "new {port}", "client": "cat"}, tmp_path)
    assert changed.program("server").command({"port": "7"}) == ["new", "7"]
    assert changed.program("server").sources == tmp_path
    assert changed.program("client").sources is None
    assert changed.name == "z + new {port} + cat"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("cat", ["cat"]), ("python3 x.py {port}", ["python3", "HERE/x.py", "{port}"]), ("./x.py", ["HERE/x.py"]),
        ("a 'b c'", ["a", "b c"]), ("python3 -m x.y", ["python3", "-m", "x.y"]), ("run --f=x.py", ["run", "--f=x.py"]),
    ],
)  # fmt: skip
def test_paths_in_a_command_are_seen_from_where_one_stands(tmp_path: Path, command: str, words: list[str]) -> None:
    """Programs start in other folders: a word that is a path here becomes absolute."""
    lay(tmp_path, {"x.py": ""})
    assert command_words(command, tmp_path) == [word.replace("HERE", str(tmp_path)) for word in words]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [("", "expected a command, got an empty one"), ("  ", "expected a command, got '  '"),
     ("a 'b", "expected a command, got \"a 'b\": no closing quotation")],
)  # fmt: skip
def test_a_command_that_is_none_is_told(command: str, sentence: str) -> None:
    """An empty command, or one with a quote left open."""
    with pytest.raises(SubjectError) as told:
        command_words(command, Path())
    assert str(told.value) == sentence


def test_a_role_without_a_program_is_told() -> None:
    """Only one of two commands was given, and there is no folder."""
    with pytest.raises(SubjectError, match="z has no program for the role 'client'"):
        Subject("z").program("client")
