"""The pages in docs/problems: `python -m tests.problems.documents` writes them anew."""

from __future__ import annotations

import re

from fastcors._command.findings import LAYER_CODES
from fastcors._report import ALWAYS_REPORTED
from fastcors.options import DEFAULTS
from fastcors.problems import CODES, Code
from tests.documents import ROOT
from tests.problems.entries import Application, Entry, Example, Row, entries, without_addresses

PAGES = ROOT / "docs" / "problems"
INDEX = "index"
_NOTE = "<!-- Written by `python -m tests.problems.documents`. -->\n"
_SEVERAL = "Several options"
_LAYERS = "The order of layers"
_SEVERITIES = {"error": "error", "warning": "warning", "either": "error or warning"}

_FETCH = "https://fetch.spec.whatwg.org/"
_URL = "https://url.spec.whatwg.org/"
# What the entries link to by name: `[CORS check][cors-check]`.
REFERENCES = {
    "cors-check": f"{_FETCH}#cors-check",
    "cors-protocol": f"{_FETCH}#http-cors-protocol",
    "credentials": f"{_FETCH}#cors-protocol-and-credentials",
    "domain-to-ascii": f"{_URL}#concept-domain-to-ascii",
    "forbidden-method": f"{_FETCH}#forbidden-method",
    "forbidden-request-header": f"{_FETCH}#forbidden-request-header",
    "forbidden-response-header": f"{_FETCH}#forbidden-response-header-name",
    "host": "https://www.rfc-editor.org/rfc/rfc9110#section-7.2",
    "host-parser": f"{_URL}#concept-host-parser",
    "ipv4-parser": f"{_URL}#concept-ipv4-parser",
    "ipv6-serializer": f"{_URL}#concept-ipv6-serializer",
    "local-network-access": "https://wicg.github.io/local-network-access/",
    "max-age": f"{_FETCH}#http-access-control-max-age",
    "non-wildcard": f"{_FETCH}#cors-non-wildcard-request-header-name",
    "normalize-method": f"{_FETCH}#concept-method-normalize",
    "opaque-origin": "https://html.spec.whatwg.org/multipage/browsers.html#concept-origin-opaque",
    "origin-header": f"{_FETCH}#origin-header",
    "preflight": f"{_FETCH}#cors-preflight-fetch",
    "psl": "https://publicsuffix.org/",
    "safelisted-request-header": f"{_FETCH}#cors-safelisted-request-header",
    "safelisted-response-header": f"{_FETCH}#cors-safelisted-response-header-name",
    "special-scheme": f"{_URL}#special-scheme",
    "token": "https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2",
    "url-origin": f"{_URL}#concept-url-origin",
    "websockets": "https://websockets.spec.whatwg.org/",
}


def pages() -> dict[str, str]:
    """Return the text of each page, by its name."""
    return {INDEX: _index(), **{code: _page(entry) for code, entry in entries().items()}}


def _page(entry: Entry) -> str:
    parts = [
        f"# {entry.code}",
        entry.summary,
        "## How to fix it",
        entry.fix,
        "## An example that has it",
        _shown(entry.bad),
        "## Without it",
        _shown(entry.good),
        *_more(entry),
        "## What it finds",
        entry.finds,
        "## Why it matters",
        entry.why,
        "## Facts",
        _facts(entry),
    ]
    return f"{_NOTE}\n{_linked(chr(10).join(f'{part}{chr(10)}' for part in parts))}"


def _shown(example: Example | Application) -> str:
    code = f"```python\n{example.program()}```"
    if isinstance(example, Application):
        printed = example.ran().printed
        return (
            f"{code}\n\n```console\n$ fastcors lint app:app\n```\n\n```text\n{printed.strip()}\n```"
        )
    report = example.report()
    if not report and not report.safe:
        return f"{code}\n\nIt prints `{report}`."
    return f"{code}\n\nIt prints:\n\n```text\n{without_addresses(str(report))}\n```"


def _more(entry: Entry) -> list[str]:
    """Return the further examples. In a table, a bar would need a backslash, which some readers show."""
    return ["## More examples", "\n".join(map(_row, entry.more))] if entry.more else []


def _row(row: Row) -> str:
    return f"- Not `{row.bad.arguments}`. {row.effect} Write `{row.good.arguments}`."


def _facts(entry: Entry) -> str:
    code = CODES.get(entry.code)
    facts = {
        "severity": _severity(entry),
        "option": "none: it is about the application" if code is None else _options(code),
        "raises": _raises(entry, code),
        "accept": _accept(entry, code),
        "since": entry.since,
    }
    rows = "".join(f"| {name} | {said} |\n" for name, said in facts.items())
    return f"| | |\n|---|---|\n{rows}".rstrip()


def severity_of(entry: Entry) -> str:
    """Return what the tables say of its severity: error, warning or either."""
    return entry.severity or CODES[entry.code].severity


def _severity(entry: Entry) -> str:
    severity = severity_of(entry)
    if severity != "either":
        return severity
    return f"error {entry.error}{'' if 'warning' in entry.error else '; otherwise a warning'}"


def _options(code: Code) -> str:
    if not code.options:
        return "any"
    return ", ".join(f"[`{name}`](../configuration.md#{name})" for name in code.options)


def _raises(entry: Entry, code: Code | None) -> str:
    if code is None:
        return (
            "never: [`fastcors lint`](../command.md#lint) reports it, and exits with 1 for an error"
        )
    if entry.raises:
        return entry.raises
    if code.raises:
        return "always: `ConfigError`"
    error = "with `strict=True` (`ConfigError`), otherwise a `ConfigWarning`"
    warning = "never; `ConfigWarning` with `strict=True`, otherwise only `fastcors.lint` reports it"
    if code.name in ALWAYS_REPORTED:
        warning = "never; always a `ConfigWarning`"
    both = f"the error {error}; the warning {warning.replace(';', ':', 1)}"
    return {"error": error, "warning": warning, "either": both}[code.severity]


def _accept(entry: Entry, code: Code | None) -> str:
    if code is None:
        return "no: `accept` is about options"
    if entry.accept:
        return entry.accept
    if code.raises:
        return "no: it [always raises](../configuration.md#what-always-raises)"
    return f'[`accept=["{code.name}"]`](../configuration.md#accept)'


def _linked(text: str) -> str:
    """Return a text with the address of what it links to by name."""
    return re.sub(r"\[([^\]]+)\]\[([a-z0-9-]+)\]", lambda m: f"[{m[1]}]({REFERENCES[m[2]]})", text)


def group_of(code: str) -> str:
    """Return the heading of the index that a code is below."""
    if code in LAYER_CODES:
        return _LAYERS
    options = CODES[code].options
    return options[0] if len(options) == 1 else _SEVERAL


def _index() -> str:
    groups: dict[str, list[Entry]] = {name: [] for name in (*DEFAULTS, _SEVERAL, _LAYERS)}
    for entry in entries().values():
        groups[group_of(entry.code)].append(entry)
    head = (ROOT / "tests" / "problems" / "index.md").read_text(encoding="utf-8")
    tables = [_group(heading, found) for heading, found in groups.items() if found]
    return f"{_NOTE}\n{head}\n" + "\n".join(tables)


def _group(heading: str, found: list[Entry]) -> str:
    rows = "".join(
        f"| [`{entry.code}`]({entry.code}.md) | {entry.summary} | {_SEVERITIES[severity_of(entry)]} | "
        f"{_when(entry)} |\n"
        for entry in found
    )
    return (
        f"## {heading}\n\n| code | what it finds | severity | raises |\n|---|---|---|---|\n{rows}"
    )


def _when(entry: Entry) -> str:
    """Return when a code raises, in a word or two."""
    code = CODES.get(entry.code)
    if code is not None and (code.raises or entry.raises):
        return "always"
    if code is None or code.severity == "warning":
        return "never"
    return "if strict"


def write() -> None:
    """Write every page, and remove those of codes that are gone."""
    PAGES.mkdir(exist_ok=True)
    found = pages()
    for path in PAGES.glob("*.md"):
        if path.stem not in found:
            path.unlink()
    for name, text in found.items():
        (PAGES / f"{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
