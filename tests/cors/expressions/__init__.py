"""Holds the engine that decides on regular expressions against Python's `re.fullmatch`."""
