"""Scenes in, sentences out."""

from __future__ import annotations

import pytest

from harness.stage.explain import Lying, On, Scene, Standing, cause, waits

KEYBOARD = On("terminal", "terminal")


def standing(actor: str, call: str, *on: On, tid: int = 1, ends_in: float | None = None) -> Standing:
    """A thread of `actor`."""
    return Standing(actor, 1, tid, "python", call, on, ends_in)


def to(peer: str, accepted: bool = True) -> On:
    """A connection to `peer`."""
    return On("connection", "tcp connection 127.0.0.1:40312 -> 127.0.0.1:5000", peer, accepted)


LISTENS = standing("server", "accept4", On("listener", "listening socket 127.0.0.1:5000"))
YODA_WAITS = standing("yoda", "recvfrom", to("server"))


@pytest.mark.parametrize(
    ("scene", "sentence"),
    [
        (
            Scene([YODA_WAITS, LISTENS]),
            "yoda waits in recv() for an answer from the server; "
            "the server is blocked in accept() for a new connection",
        ),
        (
            Scene([standing("yoda", "futex"), standing("yoda", "futex", tid=2)]),
            "in yoda all 2 threads wait for a lock or another thread (futex); a deadlock in yoda",
        ),
        (Scene([standing("yoda", "stopped")]), "yoda is stopped (paused by a signal)"),
        (
            Scene([standing("yoda", "pause")], typed={"yoda": 6}),
            "yoda does not read its keyboard: 6 typed bytes lie unread; yoda waits in pause()",
        ),
        (
            Scene([standing("yoda", "nanosleep", ends_in=30.0)]),
            "yoda waits in sleep(), for 30.0 s more",
        ),
        (
            Scene([standing("yoda", "sendto", to("server")), standing("server", "nanosleep", ends_in=0.1)]),
            "yoda waits in send(): the server does not read what it sends; "
            "the server is blocked in sleep(), and wakes by itself again and again",
        ),
        (
            Scene(spinner="a thread of the server (python, 7)", spun=1.25),
            "a thread of the server (python, 7) has run for 1.2 s of CPU time without coming to rest",
        ),
        (Scene(), "yoda runs, or waits for nothing that can be named"),
    ],
)
def test_why_yoda_does_not_ask(scene: Scene, sentence: str) -> None:
    """Who waits where for what, each connection followed to its other end."""
    assert cause(scene, ["yoda"]) == sentence


def test_what_is_so_of_many_is_told_of_three() -> None:
    """Of fifty in whose sockets the same lies nobody reads more; of four each is named."""
    def lying(many: int) -> list[str]:
        scene = Scene(lying=[Lying("bytes", 12, f"crowd{number}", "server") for number in range(1, many + 1)])
        return cause(scene, []).split("; ")

    assert lying(50)[2] == "12 bytes from the server lie unread in a socket of crowd3 (and the same of 47 others)"
    assert len(lying(50)) == 3
    assert len(lying(4)) == 4


def test_one_client_at_a_time() -> None:
    """The unaccepted connection, the server that listens to another only, and what follows."""
    scene = Scene(
        [standing("r2d2", "recvfrom", to("", accepted=False)), standing("server", "recvfrom", to("yoda"))],
        lying=[Lying("connections", 1, "server", ""), Lying("bytes", 5, "", "r2d2", "server")],
    )
    assert cause(scene, ["r2d2"]) == (
        "r2d2 waits in recv() for an answer on a connection that nobody has accepted; "
        "1 connection waits for the server to accept; "
        "r2d2's connection was never accepted, 5 bytes of it unread; the server serves one client at a time"
    )


def test_a_lock_held_while_somebody_is_waited_for() -> None:
    """The bytes of one lie unread, threads wait for a lock, and the server listens to another: that is a question."""
    scene = Scene([standing("yoda", "recvfrom", to("server")), LISTENS, standing("server", "recvfrom", to("r2d2")),
                   standing("server", "futex", tid=3)],
                  lying=[Lying("bytes", 8, "server", "yoda", "server")])  # fmt: skip
    assert cause(scene, ["yoda"]).endswith(
        "no thread of the server listens to yoda, and 1 of its threads waits for a lock or another thread: "
        "does one hold a lock while it waits for r2d2?"
    )


def test_two_that_wait_for_each_other() -> None:
    """Both were read and nobody listens to them any more: each may hold what the other wants."""
    scene = Scene([standing("yoda", "recvfrom", to("server")), standing("r2d2", "recvfrom", to("server")), LISTENS,
                   standing("server", "futex", tid=2), standing("server", "futex", tid=3),
                   standing("server", "recvfrom", to("luke"), tid=4)])  # fmt: skip
    assert cause(scene, ["yoda", "r2d2"]).endswith(
        "the server has read what yoda and r2d2 sent, none of its threads listens to them any more, and 2 of its "
        "threads wait for a lock or another thread: a deadlock, if each waits for what the other holds"
    )
    alone = Scene([standing("luke", "recvfrom", to("server")), *scene.standing[2:]])
    assert "a lock" not in cause(alone, ["luke"])


def test_waits_are_told_in_words() -> None:
    """One line a thread, for the recording."""
    assert waits(Scene([YODA_WAITS, standing("yoda", "read", KEYBOARD, tid=2)])) == [
        {"actor": "yoda", "pid": 1, "tid": 1, "comm": "python", "call": "recvfrom",
         "on": "tcp connection 127.0.0.1:40312 -> 127.0.0.1:5000", "told": "in recv() for an answer from the server"},
        {"actor": "yoda", "pid": 1, "tid": 2, "comm": "python", "call": "read", "on": "terminal",
         "told": "in read() for its keyboard"},
    ]  # fmt: skip


def test_who_was_not_looked_for_is_not_said_to_have_ended() -> None:
    """A quiet look leaves out who holds which connection; only a look at a hang asks for that."""
    unknown, gone = On("connection", "tcp", None), On("connection", "tcp", "")
    told = [waits(Scene([standing(actor, "recvfrom", on)]))[0]["told"]
            for actor in ("server", "yoda") for on in (unknown, gone)]  # fmt: skip
    assert told == ["in recv() on a connection", "in recv() on the connection of a program that has ended",
                    "in recv() for an answer", "in recv() for an answer from a program that has ended"]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("pselect6", "in select()"), ("ppoll", "in poll()"), ("epoll_pwait2", "in epoll_wait()"),
        ("recvfrom", "in recv()"), ("accept4", "in accept()"), ("clock_nanosleep", "in sleep()"),
        ("futex", "for a lock or another thread"), ("wait4", "for a program that it started"),
    ],
)  # fmt: skip
def test_calls_are_told_as_programmers_know_them(call: str, told: str) -> None:
    """Nobody wrote pselect6 into their program."""
    assert waits(Scene([standing("server", call)]))[0]["told"] == told


def test_the_runtimes_own_threads_have_no_part_in_it() -> None:
    """A JVM's compiler threads are not a reason."""
    own = Standing("yoda", 1, 9, "C2 CompilerThre", "futex", (), None, housekeeping=True)
    assert "futex" not in cause(Scene([own, YODA_WAITS, LISTENS]), ["yoda"])
