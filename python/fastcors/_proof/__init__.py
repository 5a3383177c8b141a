"""Finds out which origins a regular expression matches, and what its author probably meant."""
