"""Parses Python's regular expressions, and translates them for the Rust engine and for the proof."""
