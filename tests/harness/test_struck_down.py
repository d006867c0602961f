"""A server that is ended by a signal says nothing: what its end means stands beside what failed at the clients."""

from __future__ import annotations

from pathlib import Path

from play_builder import CLIENT, NAME_AND_PASSWORD, SERVER, Course

# A word that is no number ends the whole server as a write to somebody who has gone does in C.
DIES = SERVER.replace('''        for line in self.rfile:
            word, *rest = line.decode().split()
''', '''        for line in self.rfile:
            word, *rest = line.decode().split()
            if word == "say" and not rest[0].isdigit():
                os.kill(os.getpid(), signal.SIGPIPE)
''').replace("inside, lock =", "import os, signal\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\ninside, lock =")
# Who hears nothing more leaves.
LEAVES = (CLIENT % NAME_AND_PASSWORD).replace("link.readline().strip()", "link.readline().strip() or sys.exit(0)")


def test_a_client_that_ends_with_its_server_is_not_to_blame(tmp_path: Path) -> None:
    """The signal, the line at which it came, and what it usually means."""
    outcome, _ = Course(tmp_path, server=DIES, client=LEAVES).plays("- yoda logs in\n- yoda: three\n- yoda: 4\n")
    found = [finding for finding in outcome.findings if finding.actor == "yoda" and finding.code != "ok"]
    assert found, outcome.findings
    assert found[0].likely.splitlines()[0] == (
        "the server was ended by SIGPIPE at 'yoda: three' (step 2): "
        "it wrote to somebody who had gone already; such a write must not end the program")
