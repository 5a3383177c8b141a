"""The Python code that judges regular expressions stays small enough to be read in one sitting."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "python" / "fastcors"
# The three places: Python's regexes parsed and translated, what is proven of one, and the option's reader.
PLACES = ("_regex/*.py", "_proof/*.py", "_lint/expressions.py")
MOST_LINES = 1500


def test_the_python_half_of_the_regex_linter_stays_below_its_bound() -> None:
    lines = {
        str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines())
        for place in PLACES
        for path in PACKAGE.glob(place)
    }
    assert len(lines) > len(PLACES)
    assert sum(lines.values()) <= MOST_LINES, (
        f"{lines} are {sum(lines.values())} lines, more than {MOST_LINES}. The search itself belongs in "
        "src/proof. A rule that changes few suggestions is not worth its lines: give the reason in words, "
        "or remove a rule of less value first."
    )
