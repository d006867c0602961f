"""The user's side of the terminal: questions, news that nobody asked for, and the way out.

The main worker sits in input(), inside GNU readline, and no other may touch the line
being edited. So another worker that has something to say leaves it here and sends the
main one SIGALRM; Python runs the handler there, between two keys.
"""

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from .console import write
from .editing import show_above_line, suspend

try:
    import readline
except ImportError:  # a Python built without it: typing works, editing does not
    readline = None  # type: ignore[assignment]  # there is no type for "a module or nothing"

# A signal that comes in the few microseconds between readline's last look and its wait
# would only be seen at the next key. So whoever sent it waits until it was seen, and sends
# it again after so many seconds: never, as a rule.
_AGAIN = 0.05


class Leave(Exception):
    """The program ends now: what to print last, and the exit status."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


class Keyboard:
    """Asks questions; can be interrupted in them."""

    def __init__(self) -> None:
        self._leave: Leave | None = None
        self._interruptible = False
        self._editing = False  # readline shows a prompt, and what was typed so far
        self._prompt = ""
        self._showing = False
        self._news: deque[str] = deque()
        self._seen = threading.Event()
        self._edited = readline is not None and os.isatty(0) and os.isatty(1)
        if isinstance(sys.stdin, TextIOWrapper):
            # Keys that are no UTF-8 must reach the rules, which refuse them with a sentence.
            sys.stdin.reconfigure(errors="surrogateescape")
        signal.signal(signal.SIGALRM, self._interrupted)
        if self._edited:
            self._set_up_editing()

    def ask(self, prompt: str) -> str:
        """Return the line that the user types. Raises Leave, EOFError or KeyboardInterrupt."""
        self._prompt = prompt
        try:
            with self.interruptible():
                return self._next_line()
        finally:
            self._prompt = ""

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Mark what may take long: meanwhile news are shown, and Leave is raised when it is time."""
        self._interruptible = True
        try:
            self._catch_up()  # with what came while this was not allowed
            yield
        finally:
            self._interruptible = self._editing = False
            self._seen.set()

    def remember(self, line: str) -> None:
        """Put a line into the history. Commands belong there, passwords do not."""
        if self._edited:
            readline.add_history(line)

    def tell(self, text: str) -> None:
        """Show a line that nobody asked for, without tearing what is being typed. From any worker."""
        if not self._edited:
            write(f"\n{text}\n{self._prompt}" if self._prompt else f"{text}\n")
            return
        self._news.append(text)
        self._interrupt()

    def end(self, text: str, status: int) -> None:
        """Make the main worker leave, wherever it is. From any worker; the first reason counts."""
        if self._leave is None:
            self._leave = Leave(text, status)
        self._interrupt()

    def check(self) -> None:
        """Raise Leave if it is time to."""
        if self._leave is not None:
            raise self._leave

    def close(self) -> None:
        """Nobody is interrupted any more; a second Ctrl-C ends the program on the spot, with no traceback."""
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    def _next_line(self) -> str:
        if self._edited:
            return input(self._prompt)
        # Not input(): it wants an open stdout that somebody reads.
        write(self._prompt)
        line = sys.stdin.readline() if sys.stdin else ""
        if not line:
            raise EOFError
        return line.removesuffix("\n")

    def _interrupt(self) -> None:
        """Make the main worker look at what it was left, and wait until it has; if it is busy it will look by itself.

        It is not asked when, by a timer: a worker that waits can be seen to wait, and a timer cannot.
        """
        main = threading.main_thread().ident
        while self._interruptible and (self._news or self._leave) and main is not None:
            self._seen.clear()
            signal.pthread_kill(main, signal.SIGALRM)
            self._seen.wait(_AGAIN)

    def _interrupted(self, *_: object) -> None:
        """Do what the signal is for, in the main worker."""
        if not self._interruptible:
            return  # the next question sees to it
        if self._leave is not None and self._prompt and (self._editing or not self._edited):
            write("\n")  # the cursor stands behind the prompt
        self._catch_up()

    def _suspended(self, *_: object) -> None:
        """Stop as Ctrl-Z wants it, and go on where we were."""
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        suspend(self._editing)
        signal.signal(signal.SIGTSTP, self._suspended)

    def _catch_up(self) -> None:
        self.check()  # raises out of input(), which leaves the terminal as it was
        if self._showing:
            return  # the signal came again, into the handler itself: that sees to it
        self._showing = True
        while self._news:
            self._show_news()
        self._showing = False
        self._seen.set()

    def _show_news(self) -> None:
        lines = ""
        while self._news:
            lines += self._news.popleft() + "\n"
        if not self._editing:
            write(lines)
        elif not show_above_line(lines):
            write(f"\r\x1b[K{lines}{self._prompt}{readline.get_line_buffer()}")

    def _set_up_editing(self) -> None:
        readline.set_auto_history(False)
        # Its escape sequences would stand before every prompt.
        readline.parse_and_bind("set enable-bracketed-paste off")
        readline.set_startup_hook(self._editing_starts)
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            signal.signal(signal.SIGTSTP, self._suspended)

    def _editing_starts(self) -> None:
        self._editing = True
