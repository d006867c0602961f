"""Real servers, clients and connections, each in a folder of its own."""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pexpect

from forum.messages import Inbox, Message, Status, encode
from forum.wording import PROMPT

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "destroyforum"
PASSWORDS = {"Yoda": "jedi*knight", "R2D2": "c3p0sucks"}
# Nothing here takes this long, not even on a busy machine; it only ends a test that hangs.
PATIENCE = 30


def wait_until(condition: Callable[[], Any], what: str) -> None:
    """Return as soon as the condition holds; fail if it does not in a very long time."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"expected: {what}"
        os.sched_yield()


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningServer:
    """A server process in a folder of its own."""

    def __init__(self, folder: Path, command: tuple[str, ...] = (str(ROOT / "forum/server.py"),)) -> None:
        self.folder = folder
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, *command, str(self.port), ADMIN],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._printed = b""
        self.sees("Waiting for clients")

    def sees(self, *lines: str) -> None:
        """Wait until the server prints these lines in this order, each after what was seen before."""
        assert self.process.stdout is not None
        for line in lines:
            with selectors.DefaultSelector() as selector:
                selector.register(self.process.stdout, selectors.EVENT_READ)
                while (place := b"\n" + self._printed).find(f"\n{line}\n".encode()) < 0:
                    assert selector.select(PATIENCE), f"expected {line!r}, got {self._printed!r}"
                    more = os.read(self.process.stdout.fileno(), 65536)
                    assert more, f"expected {line!r} before the end, got {self._printed!r}"
                    self._printed += more
            self._printed = place.split(f"\n{line}\n".encode(), 1)[1]

    def files(self) -> set[str]:
        """Return the names of all files in the server's folder."""
        return {path.name for path in self.folder.iterdir()}

    def wait(self) -> int:
        """Return the exit status."""
        return self.process.wait(PATIENCE)

    def stop(self) -> None:
        """Kill the process if it still runs."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Caller:
    """A connection that speaks the protocol, with no terminal before it."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._inbox = Inbox(limit=None)

    def say(self, status: Status, **fields: Any) -> None:
        """Send one message."""
        self.sock.sendall(encode(Message(status, **fields)))

    def hear(self) -> Message | bytes:
        """Return the next message, or some raw bytes of a file."""
        while (event := self._inbox.next_event()) is None:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError
            self._inbox.feed(data)
        return event

    def ask(self, status: Status, **fields: Any) -> Message:
        """Send a request and return the answer."""
        self.say(status, **fields)
        answer = self.hear()
        assert isinstance(answer, Message)
        return answer

    def log_in(self, user: str, password: str = "pw", port: int = 0) -> Message:
        """Log in, as a new user if need be, and return the last answer."""
        answer = self.ask(Status.USERNAME, user=user)
        if answer.status is Status.USER_EXIST:
            return self.ask(Status.PASSWORD, password=PASSWORDS.get(user, password), port=port)
        if answer.status is Status.NEW_USER:
            return self.ask(Status.NEW_PASSWORD, password=password, port=port)
        return answer

    def upload(self, title: str, file: str, content: bytes) -> Message:
        """Upload a file and return the last answer."""
        answer = self.ask(Status.UPD, title=title, file=file)
        if answer.status is not Status.SEND_FILE:
            return answer
        for start in range(0, len(content), 65536):
            piece = content[start : start + 65536]
            self.sock.sendall(encode(Message(Status.BYTES, size=len(piece))) + piece)
        return self.ask(Status.FILE_END, title=title, file=file)

    def download(self, title: str, file: str) -> bytes | Message:
        """Return a file's content, or the refusal."""
        answer = self.ask(Status.DWN, title=title, file=file)
        if answer.status is not Status.FILE_COMING:
            return answer
        return self.rest_of_download()

    def rest_of_download(self) -> bytes:
        """Return the content of the file that is coming."""
        content = bytearray()
        while not (isinstance(event := self.hear(), Message) and event.status is Status.FILE_END):
            content += event if isinstance(event, bytes) else b""
        return bytes(content)

    def ended(self) -> bool:
        """Wait for the server to end the connection."""
        try:
            while True:
                self.hear()
        except (EOFError, ConnectionResetError):
            return True

    def close(self) -> None:
        """Hang up."""
        self.sock.close()


def fill_with_answers(deaf: Caller) -> None:
    """Ask for the thread `long` without reading, until every buffer is full and the server waits for us."""
    deaf.sock.settimeout(0.5)  # the server takes requests faster than this, or no more at all
    with suppress(TimeoutError):
        while True:
            deaf.say(Status.RDT, title="long")


def full_listener() -> tuple[socket.socket, list[socket.socket]]:
    """Return a socket that listens, and the connections that fill its queue: the next one gets no answer."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    crowd = [socket.socket() for _ in range(3)]
    for sock in crowd:
        sock.setblocking(False)
        sock.connect_ex(listener.getsockname())
    return listener, crowd


def is_connecting(process: int) -> bool:
    """Say whether a thread of the process waits in connect(), by its numbers on x86-64 and arm64."""
    calls = [(task / "syscall").read_text().split()[0] for task in Path(f"/proc/{process}/task").iterdir()]
    return bool({"42", "203"} & set(calls))


class Terminal:
    """A client process in a real terminal, in a folder of its own."""

    def __init__(self, folder: Path, port: int, columns: int = 500) -> None:
        self.folder = folder
        self.child = pexpect.spawn(
            sys.executable, [str(ROOT / "forum/client.py"), "127.0.0.1", str(port)],
            cwd=str(folder), encoding="utf-8", codec_errors="replace", dimensions=(40, columns), timeout=PATIENCE,
            use_poll=True, env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
        self.child.delaybeforesend = None
        self.child.ptyproc.delayafterclose = self.child.ptyproc.delayafterterminate = 0

    def sees(self, text: str) -> str:
        """Wait for the text and return what came before it."""
        self.child.expect_exact(text)
        return str(self.child.before)

    def types(self, line: str) -> None:
        """Type a line."""
        self.child.send(line + "\r")

    def logs_in(self, user: str = "Yoda") -> None:
        """Log in with a known password, up to the prompt."""
        self.sees("Enter username: ")
        self.types(user)
        self.sees("Enter password: ")
        self.types(PASSWORDS[user])
        self.sees(PROMPT)

    def answer(self, line: str) -> list[str]:
        """Type a command and return the lines shown before the next prompt, without what was typed."""
        self.types(line)
        return self.sees(PROMPT).split("\r\n")[1:-1]

    def leaves(self, key: str = "") -> int:
        """Wait until the client has ended and return its exit status (or minus a signal).

        `key` is pressed, and again while nothing happens: a Ctrl-C in the few microseconds between readline's last
        look and its wait is seen at the next key only.
        """
        for _ in range(10 if key else 0):
            self.child.send(key)
            if self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=2) == 0:
                break
        else:
            self.child.expect(pexpect.EOF)
        self.rest = str(self.child.before)
        self.child.close()
        status = self.child.exitstatus
        return int(status) if status is not None else -int(self.child.signalstatus)

    def stop(self) -> None:
        """Kill the process if it still runs."""
        # Not close(force=True): it sleeps between ever ruder signals.
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.close()
