"""A module whose import fails."""

from __future__ import annotations

raise RuntimeError("there is no database")
