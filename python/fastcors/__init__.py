"""CORS for ASGI applications: Starlette's middleware, byte for byte, with its hot path in Rust.

Change one import, and nothing else:

    from fastcors import CORSMiddleware

    app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])
"""

try:
    from ._fastcors import __version__
except ImportError as _error:
    # The compiled module raises this, or Python before it runs.
    if "subinterpreters" not in str(_error):
        raise
    raise ImportError(
        "fastcors runs in the main interpreter of a process alone, and this is a subinterpreter: start "
        "the application in the main interpreter of its own process (mod_wsgi: "
        "WSGIApplicationGroup %{GLOBAL}; uWSGI: single-interpreter)",
        name=__name__,
    ) from _error
from ._lint.lint import lint
from ._origins.cached import cached
from ._origins.origin_set import OriginSet
from .decision import Decision, Denial
from .installation import install
from .middleware import CORSMiddleware
from .options import ALL_METHODS, SAFELISTED_HEADERS
from .patching import patch_starlette, unpatch_starlette
from .policy import Policy
from .problems import ConfigError, ConfigWarning, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._types import PolicyOptions

__all__ = [
    "ALL_METHODS",
    "SAFELISTED_HEADERS",
    "CORSMiddleware",
    "ConfigError",
    "ConfigWarning",
    "Decision",
    "Denial",
    "OriginSet",
    "Policy",
    "PolicyOptions",
    "Problem",
    "__version__",
    "cached",
    "install",
    "lint",
    "patch_starlette",
    "unpatch_starlette",
]


def __getattr__(name: str) -> object:
    """Import `PolicyOptions` when it is asked for: `typing` would double the time of the import."""
    if name == "PolicyOptions":
        from ._types import PolicyOptions

        return PolicyOptions
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
