"""An idle forum does nothing at all."""

import os
import select
from collections.abc import Callable
from pathlib import Path

import pytest
from forum_stage import Caller, RunningServer, Terminal, wait_until


def test_idle_programs_never_wake(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer
) -> None:
    """Not one voluntary context switch in any of their threads for a second."""
    programs = _crowd(terminal, call, server, terminals=2, callers=10)
    assert _switches_while_idle(programs, 1_000) == 0


@pytest.mark.soak
def test_twenty_idle_clients_and_their_server_never_wake(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer
) -> None:
    """Not once in ten seconds."""
    programs = _crowd(terminal, call, server, terminals=20, callers=0)
    assert _switches_while_idle(programs, 10_000) == 0


def test_every_wait_is_without_a_time_limit(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer
) -> None:
    """Each thread is blocked in a call that only an event ends."""
    for program in _crowd(terminal, call, server, terminals=1, callers=1):
        for thread in Path(f"/proc/{program}/task").iterdir():
            fields = (thread / "syscall").read_text().split()
            assert _without_limit(fields), f"a timed wait: {fields}"


def test_two_workers_a_connection_and_two_in_a_client(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer
) -> None:
    """And one in the server that accepts; when the clients have left, it alone remains."""
    program = _crowd(terminal, call, server, terminals=1, callers=2)[0]
    client = terminal("R2D2").child.pid
    assert len(_threads(program)) == 1 + 2 * 4
    assert len(_threads(client)) == 2
    for caller in (call("x"), call("y")):
        caller.close()
    wait_until(lambda: len(_threads(program)) == 1 + 2 * 4, "the workers of the two that left to end")


def test_the_servers_workers_keep_to_one_core(call: Callable[..., Caller], server: RunningServer) -> None:
    """All of them to the same: two would wake each other across cores at every system call."""
    call("R2D2")
    cores = {frozenset(os.sched_getaffinity(int(thread.name))) for thread in _threads(server.process.pid)}
    assert len(cores) == 1
    assert len(cores.pop()) == 1


# x86-64 and arm64 numbers of the calls our programs wait in, and which argument is the time limit.
_LIMITS = {0: None, 63: None, 45: None, 207: None, 43: None, 288: None, 242: None, 202: 3, 98: 3, 23: 4, 7: 2, 232: 3}
_LIMITS |= {271: 2, 73: 2, 270: 4, 72: 4, 281: 3, 22: 3}
_FOREVER = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}


def _without_limit(fields: list[str]) -> bool:
    argument = _LIMITS[int(fields[0])]
    return argument is None or int(fields[1 + argument], 16) in _FOREVER


def _crowd(
    terminal: Callable[..., Terminal], call: Callable[..., Caller], server: RunningServer, terminals: int, callers: int
) -> list[int]:
    clients = [terminal("Yoda")]
    for number in range(1, terminals):
        clients.append(terminal())
        for question, reply in (("username: ", f"user{number}"), (f"for user{number}: ", "pw")):
            clients[-1].sees(question)
            clients[-1].types(reply)
        clients[-1].sees("SHT: ")
    for number in range(callers):
        call(f"caller{number}")
    programs = [server.process.pid, *(client.child.pid for client in clients)]
    wait_until(lambda: _all_blocked(programs), "everything to come to rest")
    return programs


def _all_blocked(programs: list[int]) -> bool:
    """Say whether no thread has run between two looks, and all are blocked."""
    before = _switches(programs)
    states = [line.split(")")[1].split()[0] for program in programs for line in _stats(program)]
    return set(states) == {"S"} and _switches(programs) == before


def _switches_while_idle(programs: list[int], milliseconds: int) -> int:
    before = _switches(programs)
    select.poll().poll(milliseconds)  # the interval that is measured
    return _switches(programs) - before


def _switches(programs: list[int]) -> int:
    return sum(
        int((thread / "status").read_text().split("\nvoluntary_ctxt_switches:")[1].split()[0])
        for program in programs
        for thread in _threads(program)
    )


def _stats(program: int) -> list[str]:
    return [(thread / "stat").read_text() for thread in _threads(program)]


def _threads(program: int) -> list[Path]:
    return list(Path(f"/proc/{program}/task").iterdir())
