"""Compares the engine that runs regular expressions with Python's `re.fullmatch`."""
