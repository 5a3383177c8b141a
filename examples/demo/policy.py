"""The policy of the API, as the text that the page shows: the options of `CORSMiddleware`.

The text is read as Python literals. None of it is ever run.
"""

import ast
import re
import warnings
from typing import Any

from fastcors import ConfigError, Policy

# In characters: more than any policy for this page needs.
MOST = 4_000
# What the text is put into, so that Python's own parser reads it.
_CALL = "options(\n{}\n)"
_REJECTED = "fastcors does not run with this policy"
_CLOSING = {"(": ")", "[": "]", "{": "}"}
# A line of the call, which is not one of the text.
_DETECTED = re.compile(r" \(detected at line \d+\)")
_MISMATCH = re.compile(
    r"closing parenthesis '(.)' does not match opening parenthesis '(.)'(?: on line (\d+))?"
)
_KINDS = "strings, numbers, True, False, None, and lists, tuples, sets and dicts of them"


class PolicyTextError(ValueError):
    """What is wrong with the text, with the fix, in a sentence or two."""


def default_policy(page_port: int) -> str:
    """Return the policy at the start: the page on 127.0.0.1 is allowed, the same on localhost is not."""
    return f"""\
allow_origins=[
    "https://app.example.com",
    "http://127.0.0.1:{page_port}",
],
allow_methods=["GET", "PUT"],
allow_headers=["X-Token"],
allow_credentials=True,
expose_headers=["X-Total"],
enforce="unsafe",
hosts=["127.0.0.1", "localhost"],
"""


def options_of(text: str) -> dict[str, Any]:
    """Return the options that a text has.

    Raises:
        PolicyTextError: for anything else than options as literals.
    """
    if len(text) > MOST:
        raise PolicyTextError(f"The policy has {len(text):,} characters: write at most {MOST:,}.")
    options: dict[str, Any] = {}
    for keyword in keywords_of(text):
        line = keyword.lineno - 1
        if keyword.arg is None:
            raise PolicyTextError(
                f"Line {line}: '**' is not read here: write each option as name=value."
            )
        if keyword.arg in options:
            raise PolicyTextError(
                f"Line {line}: {keyword.arg} is written twice: remove one of the two."
            )
        try:
            options[keyword.arg] = ast.literal_eval(keyword.value)
        except (ValueError, TypeError, RecursionError, MemoryError):
            written = ast.get_source_segment(_CALL.format(text), keyword.value) or ""
            raise PolicyTextError(
                f"Line {line}: {keyword.arg} is {_short(written)}, which is no literal: write {_KINDS}."
            ) from None
    return options


def policy_of(text: str) -> Policy:
    """Return the policy that a text describes.

    Raises:
        PolicyTextError: for a text that is not one, and for what fastcors never runs with.
    """
    options = options_of(text)
    with warnings.catch_warnings():
        # The page shows what lint reports, which is more.
        warnings.simplefilter("ignore")
        try:
            return Policy(**options)
        except ConfigError as error:
            raise PolicyTextError(f"{_REJECTED}: {error.problems[0]}") from None
        except (re.error, TypeError, ValueError, OverflowError, RecursionError) as error:
            # A regex with a number or a nesting that is too large is one of the last two.
            raise PolicyTextError(f"{_REJECTED}: {str(error).removeprefix('fastcors: ')}") from None


def keywords_of(text: str) -> list[ast.keyword]:
    """Return the syntax trees of the options.

    Their lines count from 2: `_CALL` puts one before the first.

    Raises:
        PolicyTextError: for a text that is not Python, or is something else than options.
    """
    try:
        with warnings.catch_warnings():
            # Such as an unknown escape sequence.
            warnings.simplefilter("ignore")
            call = ast.parse(_CALL.format(text), mode="eval").body
    except SyntaxError as error:
        raise PolicyTextError(_explained(text, error)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise PolicyTextError(
            f"The policy cannot be read ({str(error) or 'it is nested too deeply'}): "
            f"write options as name=value, with a comma after each."
        ) from None
    # What closes the parenthesis early makes another expression.
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise PolicyTextError(
            "The policy has a closing parenthesis too many: write only options, each as name=value."
        )
    if call.args:
        # A generator begins at the parenthesis of the call.
        line = max(call.args[0].lineno - 1, 1)
        raise PolicyTextError(
            f"Line {line}: {_short(_line(text, line))} has no name: "
            f'write options as name=value, such as allow_methods=["GET"].'
        )
    return call.keywords


def _explained(text: str, error: SyntaxError) -> str:
    """Return what is wrong, without a word about the call that the text was put into."""
    line = min(max((error.lineno or 2) - 1, 1), text.count("\n") + 1)
    mismatch = _MISMATCH.fullmatch(error.msg)
    if mismatch is None:
        return (
            f"Line {line}: {_short(_line(text, line))} is not Python ({_DETECTED.sub('', error.msg)}): "
            f"write options as name=value, with a comma after each."
        )
    closing, opening, opened = mismatch.groups()
    if opened == "1":
        return f"Line {line}: the '{closing}' closes nothing: remove it, or open it before."
    first = int(opened) - 1 if opened else line
    return (
        f"Line {first}: the '{opening}' is not closed: write '{_CLOSING[opening]}' where it ends."
    )


def _line(text: str, number: int) -> str:
    return text.split("\n")[number - 1].strip()


def _short(written: str) -> str:
    shown = " ".join(written.split())
    return f"'{shown[:57]}…'" if len(shown) > 60 else f"'{shown}'"
