"""`python -m tests.starlettes`: what needs Starlette, with the oldest and the newest that FastAPI takes.

Each is unpacked into a folder that comes before the environment's packages. What "the same" means stays
the pinned release: its `CORSMiddleware` takes the place of the other's, as the twin of the tests.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".venv-starlettes"
TESTED = ("tests/parity/test_subclasses.py", "tests/install", "tests/project/test_recipes.py")
# What an older Starlette says of a newer anyio.
IGNORED = "ignore:The anyio:DeprecationWarning"


def oldest() -> str:
    """Return the oldest version that the installed FastAPI takes."""
    for requirement in requires("fastapi") or ():
        found = re.match(r"starlette\b.*>=\s*([\d.]+)", requirement)
        if found:
            return found[1]
    sys.exit("FastAPI names no oldest version of Starlette")


def unpacked(requirement: str) -> Path:
    """Return a folder with this Starlette, with the CORS middleware of the one that is installed."""
    folder = FOLDER / re.sub(r"\W+", "-", requirement)
    shutil.rmtree(folder, ignore_errors=True)
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade")
    subprocess.run([*install, "--target", str(folder), requirement], check=True)
    twin = find_spec("starlette.middleware.cors")
    assert twin
    assert twin.origin
    shutil.copy(twin.origin, folder / "starlette/middleware/cors.py")
    return folder


def main() -> None:
    """Run the tests with each."""
    failed = False
    for requirement in (f"starlette=={oldest()}", "starlette"):
        folder = unpacked(requirement)
        (version,) = (each.name.split("-")[1] for each in folder.glob("starlette-*.dist-info"))
        print(f"Starlette {version.removesuffix('.dist')}", flush=True)
        command = [sys.executable, "-m", "pytest", "--quiet", "-W", IGNORED, *TESTED]
        path = {"PYTHONPATH": str(folder)}
        ran = subprocess.run(command, cwd=ROOT, env={**os.environ, **path}, check=False)
        failed |= ran.returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
