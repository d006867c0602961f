"""One message: four bytes (network order) saying how long the JSON object is, then the object itself.

A message with a "bytes" entry is followed by that many raw bytes, the contents of a file.
"""
import asyncio
import json


async def get(reader):
    """The next (message, file contents or None); None when the peer has hung up."""
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        message = json.loads((await reader.readexactly(length)).decode("utf-8"))
        blob = None
        if "bytes" in message:
            blob = await reader.readexactly(message["bytes"])
    except (asyncio.IncompleteReadError, OSError, ValueError):
        return None
    return message, blob


def put(writer, message, blob=None):
    """Queue a message, and the file behind it, in one go."""
    if blob is not None:
        message = dict(message, bytes=len(blob))
    text = json.dumps(message).encode("utf-8")
    writer.write(len(text).to_bytes(4, "big") + text + (blob or b""))
