"""What a recording means: pure functions from a scenario and a recording to findings."""
