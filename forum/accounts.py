"""Who may log in: credentials.txt as bytes in and bytes out. Opens no file."""

CREDENTIALS = "credentials.txt"


class Accounts:
    """The names and passwords of a credentials file, whose every byte is kept."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._newline = b"\r\n" if b"\r\n" in content else b"\n"
        self._passwords: dict[str, str] = {}
        # Not splitlines(): it also splits at characters that a password might contain.
        for line in content.decode(errors="surrogateescape").split("\n"):
            name, space, password = line.rstrip("\r").partition(" ")
            if space:  # a line that is no pair is nobody's, and stays where it is
                self._passwords[name] = password

    def __contains__(self, name: str) -> bool:
        return name in self._passwords

    def matches(self, name: str, password: str) -> bool:
        """Say whether this is the password of that name."""
        return self._passwords.get(name) == password

    def add(self, name: str, password: str) -> None:
        """Add an account as the last line."""
        pair = f"{name} {password}".encode()
        # The file keeps its shape. One without a final newline (the course's own sample)
        # gets one between its last line and ours: `R2D2 c3p0sucks` must not grow a tail.
        if not self._content or self._content.endswith(b"\n"):
            self._content += pair + self._newline
        else:
            self._content += self._newline + pair
        self._passwords[name] = password

    def print_out(self) -> bytes:
        """Return the whole file."""
        return self._content


def is_word(text: str) -> bool:
    """Say whether this may stand in credentials.txt as a name or a password: visible ASCII, no space."""
    return text != "" and all("!" <= char <= "~" for char in text)
