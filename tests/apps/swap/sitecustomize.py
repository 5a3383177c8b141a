"""Replaces Starlette's class by fastcors' before an application is imported.

Python runs this file first in each process with its folder on the PYTHONPATH. `FASTCORS_SWAP` turns
it on, and names a folder. At the end of the process a file there has the middleware's counts, which
show that the swap had an effect.
"""

import json
import os
import signal
from pathlib import Path

# A shell that starts the tests in the background makes its children ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def swap():
    import atexit

    from fastcors import CORSMiddleware, patch_starlette

    patch_starlette()
    made = []
    make = CORSMiddleware.__new__

    def __new__(cls, *args, **options):  # noqa: N807
        middleware = make(cls, *args, **options)
        made.append(middleware)
        return middleware

    def write():
        counted = [middleware.stats() for middleware in made]
        names = ("requests", "cross_origin", "preflights")
        counts = {name: sum(stats[name] for stats in counted) for name in names}
        Path(os.environ["FASTCORS_SWAP"], f"{os.getpid()}.json").write_text(json.dumps(counts))

    leave = os._exit

    def _exit(status):
        write()
        leave(status)

    # Not `__init__`: a warning names the line that calls it.
    CORSMiddleware.__new__ = staticmethod(__new__)
    atexit.register(write)
    # Chainlit ends its process with it.
    os._exit = _exit


if os.environ.get("FASTCORS_SWAP"):
    swap()
