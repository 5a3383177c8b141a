"""docs/comparison.md is right about Flask-CORS and django-cors-headers, as far as pages notice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.documents import rows_below
from tests.exchange import ORIGIN
from tests.migration.decisions import EVIL, can, first_response, header
from tests.migration.libraries import Make, django_cors_headers, flask_cors

HEADING = "| | fastcors | Starlette | Flask-CORS | django-cors-headers | jub0bs/cors |"
ROWS = rows_below("docs/comparison.md", HEADING)
LIBRARIES: dict[str, tuple[int, Make, dict[str, str]]] = {
    "Flask-CORS": (
        3,
        flask_cors,
        {"origins": "origins", "regexes": "origins", "credentials": "supports_credentials"},
    ),
    "django-cors-headers": (
        4,
        django_cors_headers,
        {
            "origins": "CORS_ALLOWED_ORIGINS",
            "regexes": "CORS_ALLOWED_ORIGIN_REGEXES",
            "credentials": "CORS_ALLOW_CREDENTIALS",
        },
    ),
}
EVERY: dict[str, dict[str, Any]] = {
    "Flask-CORS": {"origins": "*"},
    "django-cors-headers": {"CORS_ALLOW_ALL_ORIGINS": True},
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_column_of_a_library_is_what_it_does(library: str) -> None:
    column, make, names = LIBRARIES[library]
    cells = {row[0].replace("`", ""): row[column] for row in ROWS}

    with make(**{names["regexes"]: [r"https://app\.example\.com"]}) as app:
        assert can(app, f"{ORIGIN}.evil.com")
    assert cells["regular expressions"] == "◐ the beginning must match"

    with make(**EVERY[library], **{names["credentials"]: True}) as app:
        assert can(app, EVIL, credentials="include")
    assert cells["* with credentials"].startswith("✗ allows every site")

    with make(**{names["origins"]: ["null"]}) as app:
        assert can(app, "null")
    assert cells["origin null"] == "✗ allowed if listed"

    with make(**{names["origins"]: [ORIGIN]}) as app:
        rejected = first_response(app, EVIL, method="PUT")
        assert rejected.status == 200
        assert rejected.header("access-control-allow-origin") is None
        always = [header(app, "vary", origin) for origin in (ORIGIN, EVIL)]
    assert cells["preflight from a rejected origin"] == "200 without CORS headers"
    assert (None not in always) == (cells["Vary: Origin"] == "✓ always")

    with make(**{names["origins"]: ["https://*.example.com"]}) as app:
        assert not can(app)
    assert cells["https://*.example.com, http://localhost:*"] == "✗ regex"
