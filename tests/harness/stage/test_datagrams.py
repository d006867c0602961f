"""Which datagrams are on their way, by the sums of a namespace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stage.datagrams import LOST_AFTER, Datagrams, missing_in

SNMP = """\
Ip: Forwarding DefaultTTL
Ip: 1 64
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
Udp: {read} {nobody} {errors} {sent} {errors} 0 0 0 0
UdpLite: InDatagrams NoPorts InErrors OutDatagrams
UdpLite: 0 0 0 9
"""
SNMP6 = """\
Ip6InReceives                   \t7
Udp6InDatagrams                 \t2
Udp6NoPorts                     \t0
Udp6InErrors                    \t0
Udp6OutDatagrams                \t{sent}
"""


def snmp(sent: int, read: int, nobody: int = 0, errors: int = 0) -> str:
    """The file as the system writes it."""
    return SNMP.format(sent=sent, read=read, nobody=nobody, errors=errors)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (snmp(sent=5, read=5), 0),
        (snmp(sent=5, read=3), 2),
        (snmp(sent=5, read=3, nobody=1, errors=1), 0),
        (snmp(sent=5, read=4) + SNMP6.format(sent=2), 1),
        (snmp(sent=5, read=5) + SNMP6.format(sent=4), 2),
        ("", 0),
    ],
)
def test_what_was_sent_and_has_not_arrived_is_missing(text: str, missing: int) -> None:
    """Read, refused for want of a reader, or dropped for want of room: all of these have arrived."""
    assert missing_in(text.encode()) == missing


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A folder like /proc/PID/net, of a system without IPv6."""
    (tmp_path / "snmp").write_text(snmp(sent=5, read=5))
    return tmp_path


@pytest.fixture
def datagrams(net: Path) -> Iterator[Datagrams]:
    """The sums of that folder."""
    found = Datagrams([os.open(net / "snmp", os.O_RDONLY)])
    yield found
    found.close()


def test_one_that_is_missing_is_on_its_way_until_it_arrives(net: Path, datagrams: Datagrams) -> None:
    """Its arrival is seen at once."""
    assert not datagrams.under_way(0.0)
    (net / "snmp").write_text(snmp(sent=6, read=5))
    assert datagrams.under_way(1.0)
    (net / "snmp").write_text(snmp(sent=6, read=6))
    assert not datagrams.under_way(1.0)


def test_one_that_is_missing_for_long_was_lost_and_hides_no_other(net: Path, datagrams: Datagrams) -> None:
    """Each new one is given its own time."""
    (net / "snmp").write_text(snmp(sent=6, read=5))
    assert datagrams.under_way(1.0)
    assert not datagrams.under_way(1.0 + LOST_AFTER)
    (net / "snmp").write_text(snmp(sent=7, read=5))
    assert datagrams.under_way(2.0)
    (net / "snmp").write_text(snmp(sent=7, read=6))
    assert not datagrams.under_way(2.0)


def test_one_that_several_receive_is_not_counted_against_the_next(net: Path, datagrams: Datagrams) -> None:
    """A multicast is sent once and read often."""
    (net / "snmp").write_text(snmp(sent=6, read=8))
    assert not datagrams.under_way(1.0)
    (net / "snmp").write_text(snmp(sent=7, read=8))
    assert datagrams.under_way(1.0)
