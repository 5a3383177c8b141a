"""A placeholder, to be replaced by the search of an expression's language."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from .problems import Problem


def expression_problems(pattern: re.Pattern[str], credentials: bool) -> tuple[list[Problem], bool]:
    """Give what is wrong with an expression, and whether it is proven to let in no stranger."""
    del pattern, credentials
    return [], False
