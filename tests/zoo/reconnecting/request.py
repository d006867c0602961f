"""One request, one connection.

    client: KEYWORD token field field ...      each field percent-encoded ("-" if empty), then \\r\\n
            Content: 1234                      a second line, with the size of the file that follows
            <1234 bytes>
    server: the same form, with YES, NO or OVER as keyword; then it closes the connection.
"""
import socket
from urllib.parse import quote, unquote


class Dropped(Exception):
    """The other side went away before everything was said."""


def encode(words, body=b""):
    head = " ".join(quote(word, safe="").replace("-", "%2D") or "-" for word in words)
    return "{}\r\nContent: {}\r\n".format(head, len(body)).encode() + body


def decode(sock):
    """(words, body) as sent by encode()."""
    with sock.makefile("rb") as stream:
        try:
            head = stream.readline().decode()
            size = stream.readline().decode()
            if not head.endswith("\r\n") or not size.endswith("\r\n"):
                raise Dropped()
            body = stream.read(int(size.split(":")[1]))
        except OSError:
            raise Dropped() from None
        if len(body) < int(size.split(":")[1]):
            raise Dropped()
    return [unquote(word) if word != "-" else "" for word in head[:-2].split(" ")], body


def ask(address, *words, body=b""):
    """Make a connection, ask, and return the (words, body) of the answer."""
    try:
        with socket.create_connection(address) as sock:
            sock.sendall(encode(words, body))
            return decode(sock)
    except OSError:
        raise Dropped() from None
