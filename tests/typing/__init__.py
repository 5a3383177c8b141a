"""A user's files, which type checkers accept and reject."""
