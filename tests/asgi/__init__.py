"""The compiled types, and how they work with Python, its interpreters and its garbage collector."""
