"""Packets are ten digits with a length, then a query string such as ``cmd=CRT&title=3331``.

A packet with ``size=N`` is followed by a file of N bytes.
"""

from urllib.parse import parse_qsl, urlencode

CHUNK = 16384


def readBytes(sock, count):
    """Exactly `count` bytes, however TCP cut them; ConnectionError if they never come."""
    collected = bytearray()
    while len(collected) < count:
        chunk = sock.recv(min(CHUNK, count - len(collected)))
        if not chunk:
            raise ConnectionError("connection closed")
        collected.extend(chunk)
    return bytes(collected)


def readPacket(sock):
    length = int(readBytes(sock, 10))
    return dict(parse_qsl(readBytes(sock, length).decode("ascii"), keep_blank_values=True))


def writePacket(sock, content=b"", **fields):
    if content or "size" in fields:
        fields["size"] = len(content)
    packet = urlencode(fields).encode("ascii")
    sock.sendall(b"%010d" % len(packet) + packet + content)
