"""What GNU readline can do with the line being edited, and Python's readline module does not offer.

ctypes is imported on first use: most clients never need it.
"""

import os
import signal
from collections.abc import Callable

from .console import write

try:
    import readline
except ImportError:
    readline = None  # type: ignore[assignment]  # there is no type for "a module or nothing"


def show_above_line(lines: str) -> bool:
    """Print lines above the line being edited, cursor and all; False if this readline cannot."""
    functions = _find_functions("rl_clear_visible_line", "rl_on_new_line", "rl_redisplay")
    if functions is None:
        return False
    clear, moved, redraw = functions
    clear()
    _flush()
    write(lines)
    moved()
    redraw()
    _flush()
    return True


def suspend(editing: bool) -> None:
    """Stop until we are continued. While a line is edited, the shell and it each get the terminal they need."""
    functions = _find_functions("rl_deprep_terminal", "rl_prep_terminal", "rl_forced_update_display")
    if not editing or functions is None:
        os.kill(os.getpid(), signal.SIGTSTP)
        return
    give_back, take, redraw = functions
    give_back()
    os.kill(os.getpid(), signal.SIGTSTP)
    take(1)
    redraw()
    _flush()


def _find_functions(*names: str) -> list[Callable[..., object]] | None:
    import ctypes

    try:
        library = ctypes.CDLL(readline.__file__)
        return [getattr(library, name) for name in names]
    except (AttributeError, OSError, TypeError):  # no readline, or another library in its clothes
        return None


def _flush() -> None:
    """Empty the buffer of C's own through which readline writes."""
    import ctypes

    ctypes.CDLL(None).fflush(None)
