"""The command: `fastcors`, or `python -m fastcors`."""

from __future__ import annotations

import sys

_NEEDED = ("typer", "rich")


def main() -> None:
    """Run the command, and exit with its status."""
    try:
        from ._command.main import run
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        print(
            f"fastcors: the command needs {error.name}, which is not installed; "
            f"run: pip install 'fastcors[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    run()


if __name__ == "__main__":
    main()
