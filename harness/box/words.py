"""How much is too much, in words."""

from __future__ import annotations


def amount(what: str, number: int) -> str:
    """"1 GB of memory", "512 MB of disk", "20,000 files"."""
    if what in ("memory", "disk"):
        size = f"{number / (1 << 30):.3g} GB" if number >= 1 << 30 else f"{number >> 20} MB"
        return f"{size} of {what}"
    return f"{number:,} {'processes and threads' if what == 'processes' else what}"
