"""Holds fastcors against Starlette 1.10.0."""
