"""Writes the lines of the logger `fastcors` about requests."""
