"""Regular expressions and strings, generated, and a comparison of the two engines on them."""

from __future__ import annotations

import dataclasses
import re
import signal
import tomllib
import warnings
from pathlib import Path
from random import Random

from fastcors import CORSMiddleware, _fastcors
from fastcors._regex.translate import translate
from fastcors._regex.tree import Untranslatable, parse


@dataclasses.dataclass(frozen=True, kw_only=True)
class Grammar:
    """The parts of grammar.toml: an unknown or missing one is a TypeError."""

    alphabet: str
    literals: list[str]
    classes: list[str]
    anchors: list[str]
    repeats: list[str]
    possessive: list[str]
    groups: list[str]
    python_only: list[str]
    others: list[str]
    flags: list[str]


GRAMMAR = Grammar(
    **tomllib.loads(Path(__file__).with_name("grammar.toml").read_text(encoding="utf-8"))
)
LITERALS = [*GRAMMAR.alphabet, *GRAMMAR.literals]


def pattern(random: Random, depth: int = 4) -> str:
    """Return a regular expression, sometimes one that Python rejects."""
    return random.choice(GRAMMAR.flags) + _alternatives(random, depth)


def _alternatives(random: Random, depth: int) -> str:
    return "|".join(_sequence(random, depth) for _ in range(random.choice([1, 1, 1, 2, 3])))


def _sequence(random: Random, depth: int) -> str:
    return "".join(_item(random, depth) for _ in range(random.choice([0, 1, 1, 2, 3])))


def _item(random: Random, depth: int) -> str:
    kind = random.random()
    if depth and kind < 0.35:
        opening = random.choice(GRAMMAR.groups if random.random() < 0.95 else GRAMMAR.python_only)
        atom = f"{opening}{_alternatives(random, depth - 1)})"
    elif kind < 0.65:
        atom = random.choice(LITERALS)
    elif kind < 0.9:
        atom = random.choice(GRAMMAR.classes)
    elif kind < 0.98:
        atom = random.choice(GRAMMAR.anchors)
    else:
        atom = random.choice(GRAMMAR.others)
    if random.random() < 0.35:
        atom += random.choice(GRAMMAR.repeats if random.random() < 0.97 else GRAMMAR.possessive)
    return atom


def text(random: Random) -> str:
    """Return a short string of visible ASCII, often empty or of few different characters."""
    alphabet = random.choice([GRAMMAR.alphabet, "ab", "kKsS", "a.9-"])
    return "".join(random.choice(alphabet) for _ in range(random.randint(0, 6)))


def is_translated(source: str) -> bool:
    """Whether the Rust engine runs this expression."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(source)
    try:
        return _fastcors.expression_problem(translate(parse(compiled))) is None
    except Untranslatable:
        return False


def disagreement(source: str, texts: list[str]) -> str | None:
    """Return a string on which the middleware and `re.fullmatch` disagree, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(source)
        middleware = CORSMiddleware(_no_application, allow_origin_regex=source)
    for each in texts:
        expected = fullmatch(compiled, each)
        if expected is not None and middleware.is_allowed_origin(each) is not expected:
            return f"re.fullmatch({source!r}, {each!r}) is {expected}"
    return None


def fullmatch(compiled: re.Pattern[str], each: str) -> bool | None:
    """Whether Python's engine matches; None if it fails, or does not end within a second."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        return compiled.fullmatch(each) is not None
    except (TimeoutError, SystemError):
        # "The span of capturing group is wrong": a defect with groups in possessive repetition.
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def generated(random: Random) -> tuple[str, list[str]] | None:
    """Return an expression with strings to match, or None if Python rejects the expression."""
    source = pattern(random)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(source)
    except (re.error, OverflowError):
        return None
    return source, ["", *(text(random) for _ in range(30))]


async def _no_application(scope: object, receive: object, send: object) -> None:
    raise AssertionError
