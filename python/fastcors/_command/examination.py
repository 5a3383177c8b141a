"""Examines an application: every CORS middleware in it, and what is wrong with each."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fastcors._format import shown, shown_expression
from fastcors.problems import ConfigError

from .findings import Finding, of_layers
from .fix import is_applicable, is_key
from .layers import look_through
from .loading import load
from .order import order_findings
from .source import Place, calls_in, calls_of, shown_path
from .usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastcors.problems import Problem

    from .cors_layer import CORSLayer
    from .layers import Layer
    from .source import Call

_PACKAGE = Path(__file__).parents[1]
NO_CORS = (
    "{name} has no CORS middleware of fastcors or Starlette; add one with fastcors.install(app, ...) or "
    "app = CORSMiddleware(app, ...)"
)


@dataclass(slots=True)
class Examined:
    """A CORS middleware with what is wrong with it.

    Attributes:
        path: below which path the application is that it is around; empty for the outermost one.
        layer: the middleware; None if the import of the application raised.
        call: the call that makes it, if it was found in the source.
        findings: what is wrong with it and around it.
    """

    path: str
    layer: Layer | None
    call: Call | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The name for a person, with the place."""
        name = "a CORS middleware that raises" if self.layer is None else self.layer.name
        place = next((finding.place for finding in self.findings if finding.place), None)
        if self.call is not None:
            place = self.call.place()
        below = f" below {self.path}" if self.path else ""
        return f"{name}{below}{f', {place}' if place else ''}"


def examine(name: str, folder: str) -> list[Examined]:
    """Return every CORS middleware in an application.

    Args:
        name: the name of the application.
        folder: the folder that modules are imported from.

    Raises:
        UsageError: if there is no such application, or no CORS middleware in it.
    """
    try:
        loaded = load(name, folder)
    except ConfigError as error:
        return [_raised(error)]
    application = look_through(loaded.app)
    found = [
        (chain.application.path, layer, layer.cors)
        for chain in application.chains()
        for layer in chain.application.layers
        if layer.cors is not None
    ]
    made = calls_of([cors for _, _, cors in found], calls_in(loaded.module))
    examined: list[Examined] = []
    for (path, layer, cors), call in zip(found, made, strict=True):
        one = Examined(path, layer, call)
        one.findings += _of_options(one, layer, cors)
        examined.append(one)
    if not examined:
        raise UsageError(NO_CORS.format(name=name))
    for finding in order_findings(application):
        _add(finding, examined)
    return examined


def _of_options(one: Examined, layer: Layer, cors: CORSLayer) -> Iterator[Finding]:
    for problem in cors.problems():
        yield _of_problem(problem, one, cors)
    for path, below in cors.below_paths():
        for problem in below.problems():
            yield _of_problem(problem, one, below, path)
    for entry in cors.dead_entries():
        found = of_layers(
            "pattern-in-starlette",
            "error",
            f"allow_origins: {shown(entry)} is compared literally by Starlette, so it never matches; write "
            f"from fastcors import CORSMiddleware, where it is a pattern",
            path=one.path,
            layer=layer,
        )
        yield _placed(found, one, "allow_origins")


def _of_problem(
    problem: Problem, one: Examined, cors: CORSLayer, path: str | None = None
) -> Finding:
    """Return the finding of a problem, of the policy below a path if one is given."""
    option = problem.option if path is None else "paths"
    about = problem.option if path is None else f"paths[{shown(path)}]: {problem.option}"
    return Finding(
        problem.code,
        problem.severity,
        f"{about}: {problem.message}",
        one.path,
        one.layer,
        fix_of(problem, cors),
        problem,
        None if one.call is None else one.call.place(option),
    )


def fix_of(problem: Problem, cors: CORSLayer) -> str | None:
    """Return what to write instead, as code; None if there is no suggestion that works."""
    if not is_applicable(problem, cors):
        return None
    suggestion = problem.suggestion
    if problem.code == "unknown-option" and isinstance(suggestion, str):
        return suggestion
    if isinstance(suggestion, str) and problem.suggested_option == "allow_origin_regex":
        return f"allow_origin_regex={shown_expression(suggestion, 1000)}"
    text = shown(suggestion, 1000)
    if is_key(problem, cors.options.get(problem.option)):
        return f"{problem.suggested_option}={{{text}: ..., ...}}"
    if isinstance(suggestion, str) and problem.value != cors.options.get(problem.option):
        return f"{problem.suggested_option}=[..., {text}]"
    return f"{problem.suggested_option}={text}"


def _add(finding: Finding, examined: list[Examined]) -> None:
    """Add a finding about layers to the CORS middleware that it is about, or is outside of."""
    one = next((one for one in examined if one.layer is finding.layer), None)
    if one is None:
        one = next(one for one in examined if one.path == finding.path)
    one.findings.append(_placed(finding, one))


def _placed(finding: Finding, one: Examined, option: str = "") -> Finding:
    if one.call is None:
        return finding
    return replace(finding, place=one.call.place(option))


def _raised(error: ConfigError) -> Examined:
    """Return what is wrong with a CORS middleware whose making raised, at the line of the user."""
    place = _place_of(error)
    findings = [
        Finding(
            problem.code,
            problem.severity,
            f"{problem.option}: {problem.message}",
            problem=problem,
            place=place,
        )
        for problem in error.problems
    ]
    return Examined("", None, None, findings)


def _place_of(error: BaseException) -> Place | None:
    """Return the last line outside this package and the standard library that led to an error."""
    found = None
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if _PACKAGE not in path.parents and path.is_file() and "importlib" not in path.parts:
            found = Place(shown_path(path), frame.lineno or 1)
    return found
