"""The sentences."""

import pytest

from forum.messages import Message, Speaker, Status, Value
from forum.wording import SENTENCES, for_client, for_server, left, printable

SAMPLES: dict[type, Value] = {str: "a\x1b[2Jb", int: 7, list: ["one\ntwo"]}


@pytest.mark.parametrize("status", Status)
def test_every_sentence_can_be_filled_and_none_moves_the_cursor(status: Status) -> None:
    """Whatever the fields hold, what is printed is printable lines."""
    answer = Message(status, **{name: SAMPLES[kind] for name, kind in status.fields.items()})
    for line in [*for_client(answer), *for_server("Yoda", status, answer), *for_server("", status, answer)]:
        assert line.isprintable()
        assert "{" not in line


def test_sentences_are_for_what_the_server_says() -> None:
    """Nothing else is shown by them."""
    assert all(status.speaker in (Speaker.SERVER, Speaker.BOTH) for status in SENTENCES)


def test_leaving_by_xit_and_otherwise_are_told_apart() -> None:
    """And each time the server waits again."""
    assert left("Yoda", True) == ["Yoda exited", "Waiting for clients"]
    assert left("Yoda", False) == ["Yoda disconnected", "Waiting for clients"]
    assert left("", False) == ["Client disconnected", "Waiting for clients"]


def test_unprintable_characters_are_shown_as_question_marks() -> None:
    """Colours, newlines and half surrogate pairs."""
    assert printable("a\x1b[1m\n\ud800z") == "a?[1m??z"
