"""Explains in words why a request is rejected, or what allows it."""
