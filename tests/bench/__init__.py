"""Benches: `python -m tests.bench [NAME...]` prints how fast things are, as ratios, and asserts nothing."""
