"""Datagrams on their way: sent, and neither read, nor lost, nor lying in a socket.

Loopback delivers at once, unless the machine is busy: then a packet may wait for
a core in the kernel's own worker, while its receiver sleeps. A TCP connection
has counters at both ends that tell; of UDP only the sums of a namespace are
known, so this is for a stage that has one of its own.
"""

from __future__ import annotations

import os
import re

# A datagram that is missing for so long was lost: its socket was closed before anybody read it, and no counter says
# so. (The kernel's worker is late by some milliseconds, on a machine with more to do than cores by some tens.)
LOST_AFTER = 0.1

# What becomes of a datagram that was sent, by its name in both files (there with "Udp6" in front).
_ARRIVED = ("InDatagrams", "NoPorts", "InErrors")
_SENT = "OutDatagrams"


class Datagrams:
    """The sums of one namespace, from its open `files` snmp and snmp6, which are closed with it."""

    def __init__(self, files: list[int]) -> None:
        self._files = files
        self._lost = 0
        self._missing = 0
        self._since = 0.0

    def under_way(self, now: float) -> bool:
        """Whether one is. To be asked while nothing lies in any socket; `now` in seconds."""
        missing = missing_in(b"\n".join(os.pread(fd, 1 << 14, 0) for fd in self._files)) - self._lost
        if missing < 0:  # sent once and received by several
            self._lost += missing
            missing = 0
        if missing != self._missing:
            self._missing, self._since = missing, now
        if missing and now - self._since >= LOST_AFTER:
            self._lost += missing
            self._missing = 0
        return self._missing > 0

    def close(self) -> None:
        """Let go."""
        for fd in self._files:
            os.close(fd)


def missing_in(text: bytes) -> int:
    """How many were sent and have not arrived, by /proc/net/snmp (IPv4) and snmp6."""
    old = re.findall(rb"^Udp: (.*)$", text, re.MULTILINE)
    counts = dict(zip(old[0].split(), map(int, old[1].split()), strict=False)) if len(old) == 2 else {}
    six = {name: int(value) for name, value in re.findall(rb"^Udp6(\w+)\s+(\d+)$", text, re.MULTILINE)}
    return sum(found.get(_SENT.encode(), 0) - sum(found.get(name.encode(), 0) for name in _ARRIVED)
               for found in (counts, six))  # fmt: skip
