"""Explanations of decisions, and the lines of the log."""
