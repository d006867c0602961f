"""Who has an account, and who is logged in."""

import os
import socket
import threading


class UserStore:
    FILE = "credentials.txt"

    def __init__(self):
        self._lock = threading.RLock()
        self._active = {}  # username -> socket of the client

    def _read(self):
        if not os.path.exists(self.FILE):
            return {}
        with open(self.FILE, "r") as f:
            rows = (row.rstrip("\r\n").split(" ") for row in f)
            return {row[0]: row[1] for row in rows if len(row) == 2}

    def exists(self, username):
        with self._lock:
            return username in self._read()

    def isActive(self, username):
        with self._lock:
            if username not in self._active:
                return False
            # The thread of a client that was killed a moment ago may not have noticed yet.
            try:
                gone = self._active[username].recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
            except BlockingIOError:
                gone = False
            except OSError:
                gone = True
            return not gone

    def enter(self, username, password, isNew, sock):
        """Log in or register. Returns what is wrong, or nothing."""
        with self._lock:
            accounts = self._read()
            if self.isActive(username):
                return "This account is in use on another terminal"
            if isNew and username in accounts:
                return "This name has been registered meanwhile"
            if not isNew and accounts.get(username) != password:
                return "Login failed, the password is incorrect"
            if isNew:
                self._append(username, password)
            self._active[username] = sock
            return ""

    def _append(self, username, password):
        needsNewline = False
        if os.path.exists(self.FILE) and os.path.getsize(self.FILE) > 0:
            with open(self.FILE, "rb") as f:
                f.seek(-1, os.SEEK_END)
                needsNewline = f.read(1) != b"\n"
        with open(self.FILE, "a") as f:
            f.write(("\n" if needsNewline else "") + username + " " + password + "\n")

    def leave(self, username, sock):
        with self._lock:
            if self._active.get(username) is sock:
                del self._active[username]

    def destroy(self):
        with self._lock:
            if os.path.exists(self.FILE):
                os.remove(self.FILE)
