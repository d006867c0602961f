"""Which words may be the names of files."""

# Longest name that Linux file systems hold, in bytes.
MAX_NAME = 255


def stored_name(title: str, file: str) -> str:
    """Return the name under which an upload lies in the server's folder."""
    return f"{title}-{file}"


def is_file_name(name: str) -> bool:
    """Say whether this can be the name of a file in our folder, and nowhere else."""
    # White space never reaches us from our own client, whose arguments it separates;
    # a name with a space is how the server's own temporary files stay apart.
    return (
        name not in ("", ".", "..")
        and name.isprintable()
        and not any(char.isspace() or char == "/" for char in name)
        and len(name.encode()) <= MAX_NAME
    )
