"""Hostile requests, and configurations that invite them: `python -m tests.attacks` times each."""
