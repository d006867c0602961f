"""What the protocol of a program looks like, from the bytes that a relay saw: for any program. Pure.

`streams` puts the events together, `framing` infers what frames the messages, `messages` lists them, `figures`
counts, `phases` holds them against a table of legal moves, `broken` says which segment broke a program.
Content is never executed and never trusted: whatever it is, no function here raises, and all take linear time.
"""
