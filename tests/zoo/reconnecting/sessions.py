"""Accounts, and who is here. There are no connections to tell by: who is here is who has asked something lately."""
import os
import secrets
import time

ACCOUNTS = "credentials.txt"
# A client asks five times a second. One that has not for so long was killed, and its user may come back.
SILENCE = 3.0


class Sessions:
    def __init__(self, condition):
        self.changed = condition  # held whenever anything in here is called, but by wait_for_sign()
        self.names = {}  # token -> user name
        self.heard = {}  # token -> when it was last heard of
        self.closed = False

    def heard_of(self, token):
        self.heard[token] = time.monotonic()
        self.changed.notify_all()

    def hello(self):
        token = secrets.token_hex(8)
        self.heard_of(token)
        return token

    def forget(self, token):
        self.names.pop(token, None)
        self.heard.pop(token, None)

    def token_of(self, name):
        for token, other in self.names.items():
            if other == name:
                return token
        return None

    def is_here(self, name):
        """Whether this user is logged in. Waits for a sign of their client; without one they are logged out."""
        token = self.token_of(name)
        since = time.monotonic()
        while token in self.names and self.heard[token] < since:
            left = since + SILENCE - time.monotonic()
            if left <= 0:
                print("no sign of", name, "any more")
                self.forget(token)
            else:
                self.changed.wait(left)
        return self.token_of(name) is not None

    def read(self):
        if not os.path.exists(ACCOUNTS):
            return {}
        with open(ACCOUNTS, encoding="utf-8") as f:
            return dict(line.split(" ", 1) for line in f.read().splitlines() if " " in line)

    def enter(self, token, name, password, new):
        """Log in. Returns None, or why not."""
        if self.is_here(name):
            return "that user is here already"
        if self.closed:  # while we waited for the sign
            return "the forum was closed by its admin"
        accounts = self.read()
        if new and name in accounts:
            return "that name was given away a second ago"
        if not new and accounts.get(name) != password:
            return "wrong password for {}".format(name)
        if new:
            with open(ACCOUNTS, "a+", encoding="utf-8") as f:
                f.seek(0)
                text = f.read()
                f.write(("\n" if text and not text.endswith("\n") else "") + name + " " + password)
                f.write("\n" if text.endswith("\n") else "")
        self.names[token] = name
        self.heard_of(token)
        return None
