"""Stands in for programs that a test runs."""

from __future__ import annotations

from pathlib import Path


def put(folder: Path, name: str, script: str) -> None:
    """Put a program into a folder."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
