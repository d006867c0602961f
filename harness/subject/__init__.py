"""The programs under test: found, built, started, and how they ask."""
