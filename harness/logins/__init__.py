"""Logging in: the dialogue with a client that asks in its own words, and the reading of it."""

from harness.logins.logins import Logins

__all__ = ["Logins"]
