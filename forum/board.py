"""The forum itself: threads, messages, uploads and who may change them. Opens no file."""

from .messages import Message, Status, Value
from .names import is_file_name, stored_name


class ForumError(Exception):
    """A rule refused; it carries the answer."""

    def __init__(self, status: Status, **fields: Value) -> None:
        super().__init__(status.name)
        self.answer = Message(status, **fields)


class Post:
    """A message of a thread."""

    __slots__ = ("author", "text")

    def __init__(self, author: str, text: str) -> None:
        self.author = author
        self.text = text


class ForumThread:
    """A thread: its creator, and its posts and upload records in the order they came."""

    def __init__(self, title: str, creator: str) -> None:
        self.title = title
        self.creator = creator
        self.files: list[str] = []
        self._entries: list[Post | str] = []  # a str is an upload record
        self._lines: list[str] = []
        self._posts = 0

    def post(self, author: str, text: str) -> None:
        """Add a message; its number is the next one."""
        self._posts += 1
        self._entries.append(Post(author, text))
        self._lines.append(f"{self._posts} {author}: {text}")

    def add_file(self, author: str, name: str) -> None:
        """Add the record of an upload, which has no number."""
        self.files.append(name)
        self._entries.append(f"{author} uploaded {name}")
        self._lines.append(f"{author} uploaded {name}")

    def find_post(self, number: str) -> Post | None:
        """Return the post of this number, which may be anything that was typed."""
        # isdecimal alone would take digits of other scripts; nine of them are more than anybody posts.
        if not (number.isascii() and number.isdecimal() and len(number) <= 9):
            return None
        posts = [entry for entry in self._entries if isinstance(entry, Post)]
        return posts[int(number) - 1] if 1 <= int(number) <= len(posts) else None

    def post_of(self, number: str, user: str, refusal: Status) -> Post:
        """Return the post of this number if it is this user's, or refuse."""
        post = self.find_post(number)
        if post is None:
            raise ForumError(Status.MESSAGE_NOT_EXIST, title=self.title, number=number)
        if post.author != user:
            raise ForumError(refusal, title=self.title)
        return post

    def edit(self, post: Post, text: str) -> None:
        """Replace the text; number, author and place stay."""
        post.text = text
        self._print_again()

    def delete(self, post: Post) -> None:
        """Remove a post. Later posts are numbered anew; upload records only move up."""
        self._entries.remove(post)
        self._print_again()

    def lines(self) -> list[str]:
        """Return what the thread's file says below its first line."""
        return list(self._lines)

    def print_out(self) -> bytes:
        """Return the thread's file. It is never read back: a message may look like an upload record.

        May be called while another worker changes the thread: every change shows in
        `_lines` at one instant, as one append or one new list.
        """
        # A name in credentials.txt may be of any bytes, which decoding made surrogates of.
        return "\n".join([self.creator, *self._lines, ""]).encode(errors="surrogateescape")

    def _print_again(self) -> None:
        lines = []
        self._posts = 0
        for entry in self._entries:
            if isinstance(entry, Post):
                self._posts += 1
                lines.append(f"{self._posts} {entry.author}: {entry.text}")
            else:
                lines.append(entry)
        self._lines = lines


class Board:
    """All threads, in the order they were created, and the files that belong to them."""

    def __init__(self) -> None:
        self._threads: dict[str, ForumThread] = {}
        self._stored: set[str] = set()  # names of uploads on disk: no thread may be called so

    def titles(self) -> list[str]:
        """Return the titles of the threads there are."""
        return list(self._threads)

    def thread(self, title: str) -> ForumThread:
        """Return the thread of this title, or refuse."""
        if title not in self._threads:
            raise ForumError(Status.THREAD_NOT_EXIST, title=title)
        return self._threads[title]

    def has(self, thread: ForumThread) -> bool:
        """Say whether this very thread, and not a later one of its title, still exists."""
        return self._threads.get(thread.title) is thread

    def create(self, title: str, creator: str) -> ForumThread:
        """Open a thread, whose title is the name of its file."""
        if title in self._threads:
            raise ForumError(Status.THREAD_EXIST, title=title)
        if title in self._stored or not is_file_name(title):
            raise ForumError(Status.NAME_NOT_ALLOWED, name=title)
        self._threads[title] = ForumThread(title, creator)
        return self._threads[title]

    def check_upload(self, thread: ForumThread, name: str) -> None:
        """Refuse a file that the thread has already, or whose stored name somebody else's file has."""
        stored = stored_name(thread.title, name)
        if name in thread.files:
            raise ForumError(Status.FILE_EXIST, title=thread.title, file=name)
        # Thread `a` with file `b-c` and thread `a-b` with file `c` would share one file on disk.
        if not is_file_name(name) or not is_file_name(stored) or stored in self._threads or stored in self._stored:
            raise ForumError(Status.NAME_NOT_ALLOWED, name=name)

    def add_upload(self, thread: ForumThread, author: str, name: str) -> None:
        """Record an upload that passed `check_upload`."""
        self._stored.add(stored_name(thread.title, name))
        thread.add_file(author, name)

    def remove(self, thread: ForumThread) -> list[str]:
        """Remove a thread and return the stored names of its files."""
        names = [stored_name(thread.title, name) for name in thread.files]
        self._stored.difference_update(names)
        del self._threads[thread.title]
        return names


def is_message_text(text: str) -> bool:
    """Say whether a text stays on one line of a thread's file."""
    return text.isprintable() and text.strip() != ""
