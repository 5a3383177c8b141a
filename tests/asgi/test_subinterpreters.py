"""Only the main interpreter imports fastcors; any other gets an ImportError, and nothing hangs."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In the subinterpreter: sends what importing does to the file descriptor of a pipe.
IMPORT = """
import os
try:
    import fastcors
except ImportError as error:
    reported = f"{error.name}: {error}"
else:
    reported = "imported"
os.write(END, reported.encode())
"""

# In the main interpreter: makes subinterpreters as this Python's own modules do.
MAIN = """
import asyncio
import os
import sys


def run_legacy(code):
    import _testcapi

    assert _testcapi.run_in_subinterp(code) == 0


def run_created(kind):
    def run(code):
        try:
            import _interpreters as interpreters

            made = interpreters.create(kind)
        except ImportError:
            import _xxsubinterpreters as interpreters

            made = interpreters.create(isolated=kind == "isolated")
        assert interpreters.run_string(made, code) is None
        interpreters.destroy(made)

    return run


def imported_in(run):
    reading, writing = os.pipe()
    run(IMPORT.replace("END", str(writing)))
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        return pipe.read()


def runs_here():
    from fastcors import CORSMiddleware

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": [(b"origin", b"https://a")]}
    asyncio.run(CORSMiddleware(app, ["https://a"])(scope, None, send))
    assert (b"access-control-allow-origin", b"https://a") in sent[0]["headers"]


KINDS = {"testcapi": run_legacy, "legacy": run_created("legacy"), "isolated": run_created("isolated")}
run = KINDS[sys.argv[1]]
if sys.argv[2] == "main-first":
    runs_here()
print(imported_in(run))
print(imported_in(run))
runs_here()
"""


@pytest.mark.parametrize("order", ["main-first", "main-last"])
@pytest.mark.parametrize("kind", ["testcapi", "legacy", "isolated"])
def test_a_subinterpreter_cannot_import_it_and_the_main_interpreter_goes_on(
    kind: str, order: str
) -> None:
    if kind == "testcapi":
        pytest.importorskip("_testcapi", reason="this Python is built without its own tests")
    done = subprocess.run(
        [sys.executable, "-c", f"IMPORT = {IMPORT!r}\n{MAIN}", kind, order],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    for reported in done.stdout.splitlines():
        assert reported.startswith("fastcors: fastcors runs in the main interpreter")
        assert "start the application in the main interpreter of its own process" in reported
    assert len(done.stdout.splitlines()) == 2
