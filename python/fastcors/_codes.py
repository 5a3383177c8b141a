"""The codes of all problems, which `accept` may name. Imported only if it names one."""

from __future__ import annotations

from ._fastcors import lint_codes
from .problems import ALWAYS_RAISE

# What is found in Python; the compiled linter lists the others.
_PYTHON = (
    "bool-type",
    "code-always-raises",
    "credentials-without-origin",
    "endless",
    "expression-address-range",
    "expression-alternative-matches-no-origin",
    "expression-any-of-scheme",
    "expression-class",
    "expression-dot",
    "expression-empty",
    "expression-engine",
    "expression-everything",
    "expression-glob",
    "expression-insecure",
    "expression-joined",
    "expression-matches-no-origin",
    "expression-null",
    "expression-public-suffix",
    "expression-shared-suffix",
    "expression-strangers",
    "expression-syntax",
    "expression-type",
    "expression-unproven",
    "expression-without-effect",
    "generator-consumed",
    "mapping",
    "max-age",
    "max-age-above-cap",
    "max-age-negative",
    "max-age-type",
    "name-type",
    "no-method",
    "no-origins",
    "none-for-a-list",
    "not-a-bool",
    "not-a-collection",
    "origin-type",
    "own-membership-test",
    "private-network-for-everyone",
    "private-network-superseded",
    "star-for-a-list",
    "unknown-code",
    "unknown-option",
    "unreadable",
)

CODES = frozenset((*lint_codes(), *_PYTHON))
# An invalid regular expression and the name of no option raise what Starlette raises.
NEVER_ACCEPTED = ALWAYS_RAISE | {
    "code-always-raises",
    "expression-syntax",
    "unknown-code",
    "unknown-option",
}
