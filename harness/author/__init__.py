"""Helping a teacher: what a scenario bites, and whether it is fair."""
