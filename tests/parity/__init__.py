"""Compares fastcors with Starlette 1.10.0."""
