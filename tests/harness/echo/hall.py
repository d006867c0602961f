"""A server that sends every line back in capitals, to whoever said it."""

import argparse
import socketserver

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
parser.add_argument("--greeting")
options = parser.parse_args()


class Shout(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        """Greet, then answer every line; a `mumble` is never answered."""
        self.wfile.write(options.greeting.encode() + b"\n")
        for line in self.rfile:
            if line.strip() != b"mumble":
                self.wfile.write(line.upper())


class Hall(socketserver.ThreadingTCPServer):
    """All connections, a thread each."""

    allow_reuse_address = True
    daemon_threads = True


Hall(("127.0.0.1", options.port), Shout).serve_forever(poll_interval=None)
