"""Cases, drawn with a fixed seed: what scripts fetch, and how servers respond."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tests.browser.faults import SERVERS

SEED = 20261127
PAGE = "app.example.test"
# Another site; then the page's own site, its own origin, and trustworthy ones.
PAGES = [PAGE, PAGE, PAGE, "other.test", "app.localhost"]
HOSTS = [
    "api.example.test",
    "api.example.test",
    "other.test",
    PAGE,
    "api.localhost",
    "app.localhost",
]

Lines = list[list[str]]


@dataclass
class Fetch:
    """A call of ``fetch``, with ``{port}`` in its URL."""

    url: str
    options: dict[str, Any]


@dataclass
class Case:
    """What one page does in turn.

    Attributes:
        name: the group and the number; a part of each URL.
        page: the host of the page.
        fetches: the calls.
    """

    name: str
    page: str
    fetches: list[Fetch] = field(default_factory=list)


def url(server: str, case: str, host: str, path: str = "", userinfo: str = "", **query: Any) -> str:
    """Return a URL of the server; the query's values are written as JSON."""
    asked = urlencode({name: json.dumps(value) for name, value in query.items()}, quote_via=quote)
    # `{port}` must stay readable in a URL inside a URL.
    asked = asked.replace("%7Bport%7D", "{port}")
    return f"http://{userinfo}{host}:{{port}}/{server}/{case}/{path}" + (
        f"?{asked}" if asked else ""
    )


def options(draw: random.Random, *, safe: bool = False) -> dict[str, Any]:
    """Return options of ``fetch``."""
    methods = ["GET", "GET", "POST", "HEAD"] if safe else METHODS
    method = draw.choice(methods)
    found: dict[str, Any] = {"method": method, "headers": [*headers(draw, safe=safe)]}
    found["credentials"] = draw.choice(["omit", "same-origin", "include", "include"])
    if method.upper() not in {"GET", "HEAD"} and draw.random() < 0.6:
        found["body"] = draw.choice(["", "hello", "{}"])
    return found


METHODS = [
    "GET",
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "PATCH",
    "patch",
    "DELETE",
    "delete",
    "OPTIONS",
    "CHICKEN",
]
HEADERS = [
    ["x-a", "1"],
    ["X-B", "2"],
    ["authorization", "Bearer x"],
    ["content-type", "application/json"],
    ["content-type", "text/plain"],
    ["content-type", "multipart/form-data; a"],
    ["accept", "text/html"],
    ["accept", 'a"b'],
    ["accept-language", "de"],
    ["accept-language", "de_DE"],
    ["content-language", "fr"],
    ["range", "bytes=0-"],
    ["range", "bytes=-5"],
    ["save-data", "on"],
    ["dpr", "2.0"],
    ["width", "35"],
    ["viewport-width", "42"],
    ["device-memory", "1"],
    ["rtt", "50"],
    ["downlink", "1.5"],
    ["ect", "4g"],
    ["x-http-method-override", "PUT"],
    # Forbidden ones.
    ["origin", "http://evil.test"],
    ["cookie", "a=b"],
    ["sec-fetch-site", "none"],
    ["x-http-method-override", "TRACE"],
]


HINTS = {"save-data", "dpr", "width", "viewport-width", "device-memory", "rtt", "downlink", "ect"}


def headers(draw: random.Random, *, safe: bool = False) -> Iterator[list[str]]:
    """Draw some request headers."""
    if safe or draw.random() < 0.4:
        return
    for _ in range(draw.choice([1, 1, 2, 3])):
        yield draw.choice(HEADERS)


def behind_fastcors(draw: random.Random, name: str) -> Case:
    """Return a fetch from a server behind fastcors."""
    server = draw.choice([each for each in SERVERS if each != "bare"])
    exposed = [["x-exposed", "1"], ["x-other", "2"], ["x-hidden", "3"], ["content-language", "de"]]
    actual = {"status": draw.choice([200, 200, 201, 404, 500]), "headers": exposed}
    case = Case(name, draw.choice(PAGES))
    asked = options(draw)
    for each in range(draw.choice([1, 1, 2])):
        if each:
            asked = {**asked, "credentials": draw.choice(["omit", "include"])}
        address = url(server, name, draw.choice(HOSTS), actual=actual)
        case.fetches.append(Fetch(address, asked))
    return case


def origins(draw: random.Random) -> Lines:
    """Draw the lines of Access-Control-Allow-Origin, most of them right."""
    name = "access-control-allow-origin"
    if draw.random() < 0.5:
        return [[name, draw.choice(["{origin}", "{origin}", "*"])]]
    return draw.choice(
        [
            [],
            [[name, ""]],
            [[name, "null"]],
            [[name, "none"]],
            [[name, "*"], [name, "*"]],
            [[name, "{origin}"], [name, "{origin}"]],
            [[name, "{origin}, *"]],
            [[name, "{origin} *"]],
            [[name, "{origin},"]],
            [[name, "{origin}/"]],
            [[name, "http://other.example"]],
            [[name, "http://*"]],
            [[name, "**"]],
            [[name, "http://app.example.test"]],
            [[name, "HTTP://APP.EXAMPLE.TEST:{port}"]],
            [[name, "app.example.test"]],
            [[name, "//app.example.test"]],
            [[name, "http:app.example.test"]],
            [[name, "'*'"]],
            [[name, "file:///"]],
            [[name, "http://[::1"]],
        ]
    )


def credentials(draw: random.Random) -> Lines:
    """Draw the lines of Access-Control-Allow-Credentials."""
    name = "access-control-allow-credentials"
    if draw.random() < 0.6:
        return [[name, "true"]]
    return draw.choice(
        [
            [],
            [],
            [[name, "True"]],
            [[name, "false"]],
            [[name, "1"]],
            [[name, ""]],
            [[name, "true"], [name, "true"]],
        ]
    )


def allowed_methods(draw: random.Random) -> Lines:
    """Draw the lines of Access-Control-Allow-Methods."""
    name = "access-control-allow-methods"
    if draw.random() < 0.5:
        return [[name, "PUT, PATCH, patch, DELETE, CHICKEN, OPTIONS"]]
    return draw.choice(
        [
            [],
            [[name, "*"]],
            [[name, "put"]],
            [[name, "PUT"], [name, "DELETE"]],
            [[name, ",,PUT ,"]],
            [[name, "PUT DELETE"]],
            [[name, "(PUT)"]],
            [[name, "GET, *"]],
            [[name, ""]],
        ]
    )


def allowed_headers(draw: random.Random) -> Lines:
    """Draw the lines of Access-Control-Allow-Headers."""
    name = "access-control-allow-headers"
    everything = ", ".join(sorted({header.title() for header, _ in HEADERS}))
    if draw.random() < 0.5:
        return [[name, everything]]
    return draw.choice(
        [
            [],
            [[name, "*"]],
            [[name, "*, authorization"]],
            [[name, "x-a"]],
            [[name, "X-A"], [name, "x-b"]],
            [[name, ",x-a,, x-b"]],
            [[name, "x-a x-b"]],
            [[name, "x-a, {origin}"]],
            [[name, '"x-a"']],
            [[name, ""]],
        ]
    )


def exposed(draw: random.Random) -> Lines:
    """Draw headers of a response, and which a script may read."""
    name = "access-control-expose-headers"
    lines = [["x-exposed", "1"], ["set-cookie2", "a"], ["etag", "2"], ["expires", "0"], ["*", "3"]]
    return lines + draw.choice(
        [
            [],
            [[name, "*"]],
            [[name, "X-Exposed"]],
            [[name, "x-exposed, etag, set-cookie2"]],
            [[name, "x-exposed"], [name, ",etag"]],
            [[name, "x exposed"]],
            [[name, "*, x-exposed"]],
            [[name, "x-exposed;"]],
        ]
    )


def preflight_response(draw: random.Random) -> dict[str, Any]:
    """Draw the response to a preflight."""
    status = draw.choice([200, 200, 204, 204, 299, 300, 302, 400, 403, 404, 405, 500])
    lines = origins(draw) + credentials(draw) + allowed_methods(draw) + allowed_headers(draw)
    if status in {300, 302} and draw.random() < 0.5:
        lines.append(["location", "http://api.example.test:{port}/bare/x/elsewhere"])
    return {"status": status, "headers": lines}


def with_faults(draw: random.Random, name: str) -> Case:
    """Return a fetch from a server that sends its own headers, some of them wrong."""
    actual_lines = origins(draw) + credentials(draw) + exposed(draw)
    actual = {"status": draw.choice([200, 200, 200, 404]), "headers": actual_lines}
    asked = options(draw)
    preflight = preflight_response(draw)
    if draw.random() < 0.5:
        # What gets through the preflight, to come to the rest.
        preflight = {
            "status": 204,
            "headers": [*CORS, *allowed_methods(draw), *allowed_headers(draw)],
        }
    address = url("bare", name, draw.choice(HOSTS[:3]), actual=actual, preflight=preflight)
    return Case(name, draw.choice(PAGES), [Fetch(address, asked)])


CORS = [
    ["access-control-allow-origin", "{origin}"],
    ["access-control-allow-credentials", "true"],
]
ALL = [
    *CORS,
    ["access-control-allow-methods", "PUT, PATCH, DELETE, CHICKEN, OPTIONS, patch"],
    ["access-control-allow-headers", ", ".join(sorted({header for header, _ in HEADERS}))],
    ["access-control-max-age", "0"],
]


def with_redirects(draw: random.Random, name: str) -> Case:
    """Return a fetch that is redirected, to one host after the other."""
    asked = options(draw)
    # Chromium drops client hints if a redirect crosses origins.
    asked["headers"] = [line for line in asked["headers"] if line[0] not in HINTS]
    asked["redirect"] = draw.choice(["follow"] * 6 + ["manual", "error"])
    preflight = {"status": 204, "headers": ALL if draw.random() < 0.8 else CORS}
    hops = draw.choice([1, 1, 2, 3])
    hosts = [draw.choice(HOSTS) for _ in range(hops + 1)]
    last = {
        "status": 200,
        "headers": origins(draw) + credentials(draw) if draw.random() < 0.3 else CORS,
    }
    address = url("bare", name, hosts[-1], f"{hops}", actual=last, preflight=preflight)
    for hop in reversed(range(hops)):
        if hop == hops - 1 and draw.random() < 0.15:
            address = draw.choice(
                [
                    address.replace("http://", "http://user:secret@"),
                    address.replace("http://", "http://:@"),
                    "foo://bar",
                    "data:,hello",
                    "http://[",
                    "",
                    "?",
                ]
            )
        status = draw.choice([301, 302, 303, 307, 308])
        lines = [["location", address]] if draw.random() < 0.95 else []
        if draw.random() < 0.9:
            lines += CORS
        elif draw.random() < 0.5:
            lines += [["access-control-allow-origin", "*"]]
        actual = {"status": status, "headers": lines}
        address = url("bare", name, hosts[hop], f"{hop}", actual=actual, preflight=preflight)
    return Case(name, draw.choice(PAGES), [Fetch(address, asked)])


SAME_SITE = [
    "",
    "; SameSite=Lax",
    "; SameSite=Strict",
    "; SameSite=None",
    "; SameSite=None; Secure",
    "; Secure",
]


def with_cookies(draw: random.Random, name: str) -> Case:
    """Return fetches that set cookies, and others that may send them."""
    case = Case(name, draw.choice(PAGES))
    hosts = [draw.choice(HOSTS) for _ in range(2)]
    preflight = {"status": 204, "headers": ALL}
    for host in [hosts[0], *hosts]:
        cookies = [
            [
                "set-cookie",
                f"{draw.choice('ab')}={draw.randrange(9)}"
                + draw.choice([f"; Path=/bare/{name}/"] * 5 + ["", f"; Path=/bare/{name}/deep"])
                + draw.choice(
                    ["; Domain=example.test", "", "", "", "; Domain=test", "; Domain=.localhost"]
                )
                + draw.choice(SAME_SITE)
                + draw.choice(
                    ["", "", "", "; HttpOnly", "; Max-Age=0", "; Max-Age=-5", "; Max-Age=1000"]
                ),
            ]
            for _ in range(draw.choice([0, 1, 2]))
        ]
        actual = {"status": 200, "headers": CORS + cookies}
        path = draw.choice(["", "", "deep/er", "deeper"])
        address = url("bare", name, host, path, actual=actual, preflight=preflight)
        asked = {**options(draw), "method": draw.choice(["GET", "POST", "PUT"])}
        asked.pop("body", None)
        asked["credentials"] = draw.choice(["include"] * 4 + ["same-origin", "omit"])
        if draw.random() < 0.2:
            asked = {"mode": "no-cors", "credentials": "include"}
        case.fetches.append(Fetch(address, asked))
    return case


def with_preflight_cache(draw: random.Random, name: str) -> Case:
    """Return fetches of one URL, some without a need for another preflight."""
    page = draw.choice(PAGES)
    case = Case(name, page)
    age = draw.choice(["0", "-1", "600", "100000", "600", "600"])
    lines = CORS + allowed_methods(draw) + allowed_headers(draw)
    lines.append(["access-control-max-age", age])
    preflight = {"status": 200, "headers": lines}
    actual = {"status": 200, "headers": CORS if draw.random() < 0.85 else []}
    address = url("bare", name, draw.choice(HOSTS[:3]), actual=actual, preflight=preflight)
    choices = [options(draw) for _ in range(2)]
    for _ in range(4):
        asked = {**draw.choice(choices), "credentials": draw.choice(["omit", "include", "include"])}
        if draw.random() < 0.2:
            asked["cache"] = draw.choice(["no-store", "reload", "no-cache", "force-cache"])
        case.fetches.append(Fetch(address, asked))
    return case


def with_http_cache(draw: random.Random, name: str) -> Case:
    """Return fetches of one URL, some of which the cache may respond to."""
    case = Case(name, draw.choice(PAGES))
    host = draw.choice(HOSTS)
    for each in range(4):
        lines = [*draw.choice([CORS, CORS, [["access-control-allow-origin", "*"]], []])]
        lines += draw.choice(
            [
                [["cache-control", "max-age=600"]],
                [["cache-control", "max-age=600"]],
                [["cache-control", "private, max-age=600"]],
                [["cache-control", "no-cache"]],
                [["cache-control", "no-store"]],
                [["cache-control", "max-age=0"]],
                [["expires", "Thu, 01 Dec 2094 16:00:00 GMT"]],
                [["last-modified", "Thu, 01 Dec 1994 16:00:00 GMT"]],
                [["cache-control", "max-age=600, must-revalidate"]],
                [],
            ]
        )
        lines += draw.choice([[], [], [["vary", "Origin"]], [["vary", "x-a"]], [["vary", "*"]]])
        lines += [["x-exposed", str(each)], ["access-control-expose-headers", "x-exposed"]]
        status = draw.choice([200, 200, 200, 404])
        preflight = {"status": 200, "headers": ALL}
        if not each or draw.random() < 0.2:
            actual = {"status": status, "headers": lines}
            address = url("bare", name, host, str(each), actual=actual, preflight=preflight)
        asked = {**options(draw), "method": draw.choice(["GET"] * 6 + ["POST"])}
        asked.pop("body", None)
        asked["headers"] = draw.choice([[], [], [["x-a", "1"]], [["x-b", "1"]]])
        asked["mode"] = draw.choice(["cors"] * 4 + ["no-cors"])
        if draw.random() < 0.4:
            asked["cache"] = draw.choice(["no-store", "reload", "no-cache", "force-cache"])
        case.fetches.append(Fetch(address, asked))
    return case


def in_other_modes(draw: random.Random, name: str) -> Case:
    """Return a fetch with mode no-cors or same-origin, and what browsers let no script ask for."""
    asked = options(draw, safe=draw.random() < 0.7)
    asked["mode"] = draw.choice(["no-cors", "no-cors", "same-origin", "cors"])
    asked["redirect"] = draw.choice(["follow"] * 5 + ["error", "manual"])
    if draw.random() < 0.2:
        asked["method"] = draw.choice(["CONNECT", "trace", "TRACK", "a b", ""])
    if draw.random() < 0.15:
        asked["body"] = "hello"
    if draw.random() < 0.15:
        asked["cache"] = draw.choice(["only-if-cached", "no-store", "reload"])
    lines = draw.choice(
        [
            [],
            [["cross-origin-resource-policy", "same-origin"]],
            [["cross-origin-resource-policy", "same-site"]],
            [["cross-origin-resource-policy", "cross-origin"]],
            [["cross-origin-resource-policy", "Same-Origin"]],
        ]
    )
    actual = {"status": draw.choice([200, 200, 404]), "headers": lines + origins(draw)}
    address = url(
        "bare", name, draw.choice(HOSTS), actual=actual, preflight={"status": 200, "headers": ALL}
    )
    if draw.random() < 0.2:
        first = {"status": draw.choice([302, 307]), "headers": [["location", address], *CORS]}
        address = url("bare", name, draw.choice(HOSTS), "first", actual=first)
    return Case(name, draw.choice(PAGES), [Fetch(address, asked)])


GROUPS: dict[str, Callable[[random.Random, str], Case]] = {
    "fastcors": behind_fastcors,
    "faults": with_faults,
    "redirects": with_redirects,
    "cookies": with_cookies,
    "preflight-cache": with_preflight_cache,
    "http-cache": with_http_cache,
    "modes": in_other_modes,
}


def cases(group: str, count: int) -> list[Case]:
    """Return the first cases of a group. They do not depend on how many are asked for."""
    draw = random.Random(f"{SEED} {group}")
    return [GROUPS[group](draw, f"{group}-{each}") for each in range(count)]
