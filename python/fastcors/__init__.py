"""CORS for ASGI applications: Starlette's middleware, byte for byte, with its hot path in Rust.

Change one import, and nothing else:

    from fastcors import CORSMiddleware

    app.add_middleware(CORSMiddleware, allow_origins=["https://app.example.com"])
"""

from ._fastcors import __version__
from .decision import Decision, Denial
from .installation import install
from .lint import lint
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
    "Policy",
    "PolicyOptions",
    "Problem",
    "__version__",
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
