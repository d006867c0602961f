"""Boxes: programs started apart from the machine and from each other, watched, and ended with all that they started.

`box.py` is the harness's side. Everything else here runs in a process of its own, beside programs that nobody has
seen, started as `python -I -S`: only the standard library, and of that little, for it is started once a play.
"""
