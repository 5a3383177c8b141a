"""A module that imports another one that is not there."""

from __future__ import annotations

import no_such_module  # type: ignore[import-not-found]

app = no_such_module.app
