"""Runs published applications with Starlette's middleware and with fastcors', and compares each response."""
