"""Marks for a class: the rubric, and what a cohort of submissions earned by it."""
