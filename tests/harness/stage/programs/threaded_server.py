"""A worker for each connection; answers each line of JSON with one. `python threaded_server.py PORT`."""

import json
import socketserver
import sys


class Worker(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        """Answer each line."""
        for line in self.rfile:
            request = json.loads(line)
            print("request", request["text"], flush=True)
            self.wfile.write(json.dumps({"answer": request["text"].upper()}).encode() + b"\n")


class Server(socketserver.ThreadingTCPServer):
    """Room for a crowd that arrives at once."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 256


with Server(("127.0.0.1", int(sys.argv[1])), Worker) as server:
    print("listening", flush=True)
    server.socket.setblocking(True)
    while True:  # serve_forever() polls twice a second
        server._handle_request_noblock()
