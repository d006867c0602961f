"""Who may log in: credentials.txt as bytes in and bytes out. Opens no file."""

CREDENTIALS = "credentials.txt"


class Accounts:
    """The names and passwords of a credentials file."""

    def __init__(self, content: bytes) -> None:
        self._passwords: dict[str, str] = {}
        self._added: list[bytes] = []
        # Some editors begin a file with a mark of their own (utf-8-sig). Not splitlines():
        # it also splits at characters that a password might contain.
        for line in content.decode("utf-8-sig", errors="surrogateescape").split("\n"):
            name, space, password = line.strip(" \t\r").partition(" ")
            if space:  # a line that is no pair is nobody's, and stays where it is
                self._passwords[name] = password.lstrip(" ")

    def __contains__(self, name: str) -> bool:
        return name in self._passwords

    def matches(self, name: str, password: str) -> bool:
        """Say whether this is the password of that name."""
        return self._passwords.get(name) == password

    def add(self, name: str, password: str) -> None:
        """Add an account."""
        self._passwords[name] = password
        self._added.append(f"{name} {password}".encode())

    def print_out(self, content: bytes) -> bytes:
        """Return the file, whose content is this now, with the accounts that were added as its last lines.

        Every byte is kept, also what somebody wrote into the file since we read it.
        """
        newline = b"\r\n" if b"\r\n" in content else b"\n"
        there = {line.rstrip(b"\r") for line in content.split(b"\n")}
        for pair in self._added:
            if pair in there:
                continue
            # The file keeps its shape. One without a final newline (the course's own sample)
            # gets one between its last line and ours: `R2D2 c3p0sucks` must not grow a tail.
            shaped = not content or content.endswith(b"\n")
            content += pair + newline if shaped else newline + pair
        return content


def is_word(text: str) -> bool:
    """Say whether this may stand in credentials.txt as a name or a password: visible ASCII, no space."""
    return text != "" and all("!" <= char <= "~" for char in text)
