"""The rules of threads and messages."""

import pytest

from forum.board import Board, ForumError, ForumThread, is_message_text
from forum.messages import Status
from forum.names import is_file_name


def test_a_thread_prints_its_creator_messages_and_uploads() -> None:
    """The first line is the creator; uploads have no number and take none."""
    assert _thread().print_out() == b"Yoda\n1 Yoda: one\nYoda uploaded f.exe\n2 R2D2: two\n3 Yoda: three\n"


def test_deleting_renumbers_later_messages_and_moves_uploads_up() -> None:
    """The upload record stays unnumbered, and the next message gets the next number."""
    thread = _thread()
    thread.delete(thread.post_of("1", "Yoda", Status.MESSAGE_NOT_DELETED))
    thread.post("R2D2", "four")
    assert thread.lines() == ["Yoda uploaded f.exe", "1 R2D2: two", "2 Yoda: three", "3 R2D2: four"]


def test_editing_keeps_number_author_and_place() -> None:
    """Only the text changes."""
    thread = _thread()
    thread.edit(thread.post_of("2", "R2D2", Status.MESSAGE_NOT_EDITED), "TWO")
    assert thread.lines() == ["1 Yoda: one", "Yoda uploaded f.exe", "2 R2D2: TWO", "3 Yoda: three"]


def test_a_message_may_look_like_an_upload() -> None:
    """What a line says is never read back to find out what it is."""
    thread = _thread()
    thread.post("R2D2", "R2D2 uploaded x")
    thread.delete(thread.post_of("1", "Yoda", Status.MESSAGE_NOT_DELETED))
    assert thread.lines()[-1] == "3 R2D2: R2D2 uploaded x"


@pytest.mark.parametrize("number", ["0", "-1", "4", "x", "", "1.0", " 1", "+1", "9" * 5000, "\u0661"])
def test_a_number_that_no_message_has_is_refused(number: str) -> None:
    """Zero, negative, too big, no number at all, and digits of other scripts."""
    with pytest.raises(ForumError) as refusal:
        _thread().post_of(number, "Yoda", Status.MESSAGE_NOT_DELETED)
    assert refusal.value.answer.status is Status.MESSAGE_NOT_EXIST


def test_messages_of_others_are_refused_after_the_number_is_known_to_exist() -> None:
    """The checks come in the order of the brief."""
    with pytest.raises(ForumError) as refusal:
        _thread().post_of("2", "Yoda", Status.MESSAGE_NOT_EDITED)
    assert refusal.value.answer.status is Status.MESSAGE_NOT_EDITED


def test_a_title_is_taken_until_its_thread_is_removed() -> None:
    """Then anybody may use it again, and nothing of the old thread is left."""
    board = Board()
    board.add_upload(board.create("3331", "Yoda"), "Yoda", "f")
    with pytest.raises(ForumError):
        board.create("3331", "R2D2")
    assert board.remove(board.thread("3331")) == ["3331-f"]
    assert board.create("3331", "R2D2").lines() == []


def test_two_uploads_cannot_share_one_stored_name() -> None:
    """Thread a with file b-c and thread a-b with file c would both lie in a-b-c."""
    board = Board()
    first, second = board.create("a", "Yoda"), board.create("a-b", "Yoda")
    board.add_upload(first, "Yoda", "b-c")
    with pytest.raises(ForumError) as refusal:
        board.check_upload(second, "c")
    assert refusal.value.answer.status is Status.NAME_NOT_ALLOWED


def test_an_upload_and_a_thread_cannot_share_one_name() -> None:
    """Whichever came first keeps the file."""
    board = Board()
    thread = board.create("a", "Yoda")
    board.create("a-b", "Yoda")
    with pytest.raises(ForumError):
        board.check_upload(thread, "b")
    board.add_upload(thread, "Yoda", "c")
    with pytest.raises(ForumError):
        board.create("a-c", "Yoda")


@pytest.mark.parametrize("name", ["", ".", "..", "/etc/x", "a/b", "a b", "a\tb", "a\nb", "a\0b", "x" * 256, "\ud800"])
def test_names_that_cannot_be_files_of_ours_are_refused(name: str) -> None:
    """Whatever would leave the folder, or could not lie in it."""
    assert not is_file_name(name)


@pytest.mark.parametrize("name", ["3331", "a.b", ".x", "...", "!@#$%.?,", "x" * 255, "\u00e9", "my-thread_1"])
def test_other_names_are_allowed(name: str) -> None:
    """Dots, punctuation and letters of any script."""
    assert is_file_name(name)


@pytest.mark.parametrize(("text", "fine"), [("hi", True), ("a  b?", True), ("", False), (" ", False), ("a\nb", False)])
def test_a_message_is_one_line(text: str, fine: bool) -> None:
    """A newline inside a message would fake a line of the file."""
    assert is_message_text(text) is fine


def _thread() -> ForumThread:
    thread = ForumThread("3331", "Yoda")
    thread.post("Yoda", "one")
    thread.add_file("Yoda", "f.exe")
    thread.post("R2D2", "two")
    thread.post("Yoda", "three")
    return thread
