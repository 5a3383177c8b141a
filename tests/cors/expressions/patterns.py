"""Generates regular expressions and texts, and holds the two engines against each other."""

from __future__ import annotations

import re
import signal
import warnings
from random import Random

from fastcors import CORSMiddleware, _fastcors
from fastcors._regex.translate import translate
from fastcors._regex.tree import Parsed, Untranslatable

ALPHABET = "abkKsS9_.:/-|A"
LITERALS = [
    *ALPHABET,
    r"\.",
    r"\-",
    "://",
    "https",
    r"\x61",
    r"\u212a",
    "\u212a",
    "\u017f",
    "\u0130",
    "\xe4",
]
CLASSES = [
    ".",
    r"\d",
    r"\D",
    r"\w",
    r"\W",
    r"\s",
    r"\S",
    "[ab]",
    "[^ab]",
    "[a-z0-9-]",
    "[^.]",
    r"[\w.-]",
    r"[^\W_]",
    r"[^\d\D]",
    "[[a]",
    "[a&&b]",
    "[a||b]",
    "[a--b]",
    "[]a]",
    "[^]a]",
    "[^\\s/]",
    "[\u2100-\u2200]",
    "[^\u212a]",
    "[A-Z]",
]
ANCHORS = ["^", "$", r"\A", r"\Z", r"\b", r"\B"]
REPEATS = ["*", "+", "?", "{2}", "{1,2}", "{,2}", "{0}", "{2,}", "{,}", "*?", "+?", "??", "{1,2}?"]
POSSESSIVE = ["*+", "++", "?+", "{1,2}+"]
GROUPS = [
    "(?:",
    "(?:",
    "(",
    "(?P<n>",
    "(?i:",
    "(?s:",
    "(?m:",
    "(?x:",
    "(?a:",
    "(?u:",
    "(?-i:",
    "(?i-s:",
]
ONLY_PYTHONS = ["(?=", "(?!", "(?<=", "(?<!", "(?>"]
OTHERS = [r"\1", "(?P=n)", "(?(1)a|b)", "(?#note)", "#a", " ", "(?!)", "", "\\\n"]
FLAGS = ["", "", "", "(?i)", "(?s)", "(?m)", "(?x)", "(?a)", "(?ai)", "(?isx)"]


def pattern(random: Random, depth: int = 4) -> str:
    """Give a regular expression, now and then one that Python does not take."""
    return random.choice(FLAGS) + _alternatives(random, depth)


def _alternatives(random: Random, depth: int) -> str:
    return "|".join(_sequence(random, depth) for _ in range(random.choice([1, 1, 1, 2, 3])))


def _sequence(random: Random, depth: int) -> str:
    return "".join(_item(random, depth) for _ in range(random.choice([0, 1, 1, 2, 3])))


def _item(random: Random, depth: int) -> str:
    kind = random.random()
    if depth and kind < 0.35:
        opening = random.choice(GROUPS if random.random() < 0.95 else ONLY_PYTHONS)
        atom = f"{opening}{_alternatives(random, depth - 1)})"
    elif kind < 0.65:
        atom = random.choice(LITERALS)
    elif kind < 0.9:
        atom = random.choice(CLASSES)
    elif kind < 0.98:
        atom = random.choice(ANCHORS)
    else:
        atom = random.choice(OTHERS)
    if random.random() < 0.35:
        atom += random.choice(REPEATS if random.random() < 0.97 else POSSESSIVE)
    return atom


def text(random: Random) -> str:
    """Give a short text of visible ASCII, often empty or of few different characters."""
    alphabet = random.choice([ALPHABET, "ab", "kKsS", "a.9-"])
    return "".join(random.choice(alphabet) for _ in range(random.randint(0, 6)))


def is_translated(source: str) -> bool:
    """Say whether the Rust engine decides on this expression."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = re.compile(source)
    try:
        return _fastcors.expression_problem(translate(Parsed(compiled))) is None
    except Untranslatable:
        return False


def disagreement(source: str, texts: list[str]) -> str | None:
    """Say on which text the middleware and `re.fullmatch` disagree; None where they do not."""
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
    """Ask Python's engine; None where it does not end within a second, or fails, as it may."""

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
    """Give an expression that Python takes with texts, or None where it takes it not."""
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
