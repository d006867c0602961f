"""Plays scenarios against programs that talk over a network from a terminal, and judges what happened."""

__version__ = "0.1.0"
