"""An error at the border between Python and Rust is an ordinary exception, whenever it happens.

`src/panics.rs` tests what the guards do, and `tests/structure.rs` that each C function has one.
"""

from __future__ import annotations

import subprocess
import sys

AT_THE_END = """
import os, sys
from fastcors import CORSMiddleware


async def app(scope, receive, send):
    pass


class AtTheEnd:
    middleware = CORSMiddleware(app)
    name = staticmethod(lambda error: type(error).__name__.encode())
    write = staticmethod(os.write)

    def __del__(self):
        try:
            self.middleware("one argument")
        except BaseException as error:
            self.write(1, self.name(error))


# Dropped when the interpreter ends and attaching a thread is no longer allowed.
sys.modules["kept"] = AtTheEnd()
"""


def test_an_error_while_the_interpreter_ends_is_the_usual_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_END], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("TypeError", "")
