"""Reads `allow_origin_func` and `origin_func_timeout`, and finds what is wrong with them."""

from __future__ import annotations

from sys import float_info

from fastcors._coroutines import FUNCTION, METHOD
from fastcors._format import function_name, misplaced, shown
from fastcors.options import DEFAULTS
from fastcors.problems import Problem

from .suggestions import TEXTS, seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

    from fastcors.options import Options

_WRITE = "write def allows(origin, scope), which returns True or False"
_USUAL_TIMEOUT: float = DEFAULTS["origin_func_timeout"]
# In seconds. A browser and its user do not wait longer for a preflight.
_LONGEST_TIMEOUT = 60
# An int may be too large for an event loop's clock.
_LARGEST = float_info.max
# Flags of a code object: it makes a generator, or an asynchronous one, when it is called.
_GENERATOR, _ITERABLE_COROUTINE, _ASYNC_GENERATOR = 0x20, 0x100, 0x200


def function(option: str, given: Any, problems: list[Problem]) -> Any:
    """Read `allow_origin_func`."""
    wrong = _never_true(given)
    if wrong is not None:
        problems.append(Problem("function-type", option, given, wrong))
        return None
    missing = _unfit(given)
    if missing is not None:
        problems.append(Problem("function-parameters", option, given, missing))
    return given


def _never_true(given: Any) -> str | None:
    """Return why a value is no function that could return True."""
    if isinstance(given, type):
        return (
            f"{function_name(given)} is a class, and calling it returns an object, never True; give an "
            "instance or a method of it"
        )
    if not callable(given):
        if hasattr(type(given), "cr_code"):
            return (
                f"{shown(given)} is a coroutine, what an async def returns when it is called; "
                "give the function itself, without calling it"
            )
        if type(given) is bool:
            return (
                f"{given} is a bool, not a function; {'list the origins' if given else 'remove it'}"
            )
        if issubclass(type(given), TEXTS) or hasattr(type(given), "__iter__"):
            return f"{misplaced(given, 'a function')}; list origins in allow_origins"
        return f"{misplaced(given, 'a function')}; {_WRITE}"
    code = _code(given)
    flags = 0 if code is None else code.co_flags
    is_generator = flags & _GENERATOR and not flags & _ITERABLE_COROUTINE
    if is_generator or flags & _ASYNC_GENERATOR:
        return (
            f"{function_name(given)} has a yield, so calling it returns a generator, never True; write "
            "return instead"
        )
    return None


def _code(function: Any) -> CodeType | None:
    """Return the code of a function or of a method; a mock only seems to have some."""
    if type(function) is METHOD:
        function = function.__func__
    return function.__code__ if type(function) is FUNCTION else None


def _unfit(given: Any) -> str | None:
    """Return why a function cannot be called with an origin and a scope, as far as its signature shows."""
    from inspect import signature

    try:
        parameters = signature(given)
    except (TypeError, ValueError):
        # Some functions of C have none.
        return None
    try:
        parameters.bind("https://app.example.com", {})
    except TypeError as error:
        return (
            f"{function_name(given)}{parameters} cannot be called with an origin and a scope "
            f"({error}), so it rejects every origin; {_WRITE}"
        )
    return None


def timeout(option: str, given: Any, problems: list[Problem]) -> float:
    """Read `origin_func_timeout`."""
    if type(given) in (int, float):
        # A NaN is neither.
        if 0 < given <= _LONGEST_TIMEOUT:
            return given  # type: ignore[no-any-return]
        if _LONGEST_TIMEOUT < given <= _LARGEST:
            problems.append(
                Problem(
                    "function-timeout-long",
                    option,
                    given,
                    f"{shown(given)} seconds are longer than a browser or its user waits, and so long a request "
                    f"is held if the function hangs; write {_LONGEST_TIMEOUT} or less",
                    _LONGEST_TIMEOUT,
                )
            )
            return given  # type: ignore[no-any-return]
        wrong = f"{shown(given)} is no number of seconds that passes"
    else:
        wrong = misplaced(given, "a number of seconds")
    seconds = None if given is None or type(given) in (bool, int, float) else seconds_of(given)
    meant = seconds if seconds is not None and 0 < seconds <= _LONGEST_TIMEOUT else _USUAL_TIMEOUT
    problems.append(
        Problem(
            "function-timeout",
            option,
            given,
            f"{wrong}, so it would not end the call; write a number above 0, such as {meant}",
            meant,
        )
    )
    return _USUAL_TIMEOUT


def contradictions_of_function(options: Options) -> Iterator[Problem]:
    """Yield what is wrong with a function beside the other options, or without one."""
    given = options.allow_origin_func
    if given is None:
        if options.origin_func_timeout != _USUAL_TIMEOUT:
            yield Problem(
                "function-timeout-without-function",
                "origin_func_timeout",
                options.origin_func_timeout,
                f"{shown(options.origin_func_timeout)} has no effect without allow_origin_func; "
                "remove it",
                _USUAL_TIMEOUT,
            )
        return
    if options.any_origin:
        yield Problem(
            "function-without-effect",
            "allow_origin_func",
            given,
            f"{function_name(given)} is never called, because '*' in allow_origins allows every origin; "
            "remove one of the two",
        )
    elif _always_allows(given):
        credentials = options.allow_credentials
        yield Problem(
            "function-any-origin",
            "allow_origin_func",
            given,
            f"{function_name(given)} returns True whatever the origin is, so every site on the internet "
            f"{'may read responses with credentials' if credentials else 'may read responses'}; "
            + ("compare the origin" if credentials else "write allow_origins=['*']"),
            severity="error" if credentials else "warning",
        )


def _always_allows(function: Any) -> bool:
    """Whether a function is as short as `return True`."""
    from dis import get_instructions

    code = _code(function)
    if code is None or len(code.co_code) > 64:
        return False
    steps = [
        step
        for step in get_instructions(code)
        if step.opname not in ("RESUME", "NOP", "RETURN_GENERATOR", "POP_TOP")
    ]
    constants = ("LOAD_CONST", "LOAD_COMMON_CONSTANT", "RETURN_CONST")
    loads = steps[0].opname in constants and steps[0].argval is True
    returns = [step.opname for step in steps[:2]]
    return loads and (returns[0] == "RETURN_CONST" or returns[1:] == ["RETURN_VALUE"])
