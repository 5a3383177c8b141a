"""What a browser remembers: cookies, and what preflights allowed."""

from __future__ import annotations

from typing import Literal

import pytest

from fastcors.testing.cookies import CookieJar, default_path, domain_matches, path_matches
from fastcors.testing.preflight import Allowed, Preflighted
from fastcors.testing.preflight_cache import PreflightCache
from fastcors.testing.url import URL, parse

ORIGIN = "https://app.example.com"
API = "https://api.example.com/items"


def url(text: str) -> URL:
    found = parse(text)
    assert found is not None
    return found


def jar(*cookies: str, set_by: str = API, now: float = 0) -> CookieJar:
    found = CookieJar(lambda: now, lambda: 1_000_000_000.0)
    for cookie in cookies:
        found.store(cookie, url(set_by), same_site=True)
    return found


def header(cookies: CookieJar, target: str = API, *, same_site: bool = True) -> str | None:
    return cookies.header(url(target), same_site=same_site)


@pytest.mark.parametrize(
    ("cookie", "sent_to", "not_sent_to"),
    [
        ("a=1", ["https://api.example.com/"], ["https://example.com/", "https://x.api.example.com/"]),
        ("a=1; Domain=example.com", ["https://example.com/", "https://www.example.com/"], ["https://example.org/", "https://notexample.com/"]),
        ("a=1; Domain=.API.example.com", ["https://x.api.example.com/"], ["https://example.com/"]),
        ("a=1; Path=/items", [API, f"{API}/1"], ["https://api.example.com/", f"{API}s"]),
        ("a=1; Path=items", ["https://api.example.com/"], []),
        ("a=1; Secure", [API], ["http://api.example.com/items"]),
        ("a=1; Max-Age=10", [API], []),
        ("a=1; Expires=Sun, 09 Sep 2001 01:46:41 GMT", [API], []),
        ("a=1; Max-Age=x", [API], []),
        ("__Secure-a=1; Secure", [API], []),
        ("__Host-a=1; Secure; Path=/", [API], []),
    ],
)  # fmt: skip
def test_a_cookie_is_sent_where_it_belongs(
    cookie: str, sent_to: list[str], not_sent_to: list[str]
) -> None:
    cookies = jar(cookie)
    pair = cookie.partition(";")[0]
    assert [header(cookies, target) for target in sent_to] == [pair] * len(sent_to)
    assert [header(cookies, target) for target in not_sent_to] == [None] * len(not_sent_to)


@pytest.mark.parametrize(
    "cookie",
    [
        "a=1; Domain=com",
        "a=1; Domain=example.org",
        "a=1; Domain=x.api.example.com",
        "a=1; SameSite=None",
        "a=1; Max-Age=0",
        "a=1; Max-Age=-1",
        "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "__Secure-a=1",
        "__Host-a=1; Secure; Path=/items",
        "__Host-a=1; Secure; Path=/; Domain=api.example.com",
        "=",
        "",
    ],
)
def test_a_cookie_that_browsers_ignore_is_not_stored(cookie: str) -> None:
    assert len(jar(cookie)) == 0


def test_a_public_suffix_and_plain_http_take_no_cookie_of_others() -> None:
    assert len(jar("a=1; Domain=co.uk", set_by="https://shop.co.uk/")) == 0
    assert len(jar("a=1; Secure", set_by="http://api.example.com/")) == 0
    assert len(jar("a=1; Secure", set_by="http://localhost:8000/")) == 1


@pytest.mark.parametrize(
    ("attribute", "sent"),
    [("", False), ("; SameSite=Lax", False), ("; SameSite=Strict", False), ("; SameSite=None; Secure", True), ("; SameSite=other", False)],
)  # fmt: skip
def test_another_site_sends_only_cookies_that_say_so(attribute: str, *, sent: bool) -> None:
    assert header(jar(f"a=1{attribute}"), same_site=False) == ("a=1" if sent else None)
    other = CookieJar(lambda: 0, lambda: 0)
    other.store(f"a=1{attribute}", url(API), same_site=False)
    assert len(other) == sent


def test_a_later_cookie_replaces_and_longer_paths_come_first() -> None:
    cookies = jar("a=1", "b=2; Path=/items", "a=3", "c")
    assert header(cookies) == "b=2; a=3; c"
    cookies.store("a=; Max-Age=0", url(API), same_site=True)
    assert header(cookies) == "b=2; c"
    cookies.clear()
    assert list(cookies) == []


def test_paths_and_domains_match_as_whole_parts() -> None:
    assert default_path("/a/b") == "/a"
    assert default_path("/a") == "/"
    assert path_matches("/a/b", "/a")
    assert path_matches("/a/b", "/a/")
    assert not path_matches("/ab", "/a")
    assert domain_matches("a.b", "b")
    assert not domain_matches("ab", "b")


PUT = Preflighted(ORIGIN, "PUT", ("x-a",), "omit")
Follow = Literal["chromium", "standard"]


def cache(follow: Follow, now: list[float], *allowed: Allowed) -> PreflightCache:
    found = PreflightCache(lambda: now[0], follow=follow)
    for each in allowed:
        found.store(API, PUT, each)
    return found


def allows(
    cached: PreflightCache,
    method: str = "PUT",
    names: tuple[str, ...] = ("x-a",),
    *,
    credentials: str = "omit",
    origin: str = ORIGIN,
    target: str = API,
) -> bool:
    asked = Preflighted(origin, method, names, credentials)
    return cached.allows(target, asked)


@pytest.mark.parametrize("follow", ["chromium", "standard"])
def test_a_response_is_remembered_for_its_origin_url_and_credentials(follow: Follow) -> None:
    now = [0.0]

    def fresh() -> PreflightCache:
        return cache(follow, now, Allowed(("PUT",), ("x-a",), 10))

    assert allows(fresh())
    assert allows(fresh(), "POST")
    assert not allows(fresh(), "DELETE")
    assert not allows(fresh(), names=("x-b",))
    assert not allows(fresh(), origin="https://other.example")
    assert not allows(fresh(), target=f"{API}/1")
    assert not allows(fresh(), credentials="include")
    cached = fresh()
    now[0] = 9.9
    assert allows(cached)
    now[0] = 10
    assert not allows(cached)


def test_the_standard_adds_responses_and_chromium_keeps_the_last() -> None:
    two = Allowed(("PUT",), ("x-a",), 10), Allowed(("DELETE",), ("x-b",), 10)
    standard, chromium = cache("standard", [0.0], *two), cache("chromium", [0.0], *two)
    assert allows(standard, "PUT", ("x-b",))
    assert allows(chromium, "DELETE", ("x-b",))
    # What does not allow a request is forgotten.
    assert not allows(chromium, "PUT", ("x-b",))
    assert not allows(chromium, "DELETE", ("x-b",))


def test_a_star_is_remembered_as_one() -> None:
    star = Allowed(("*",), ("*",), 10)
    assert allows(cache("standard", [0.0], star), "DELETE", ("x-b",))
    assert allows(cache("chromium", [0.0], star), "DELETE", ("authorization",))
    assert not allows(cache("standard", [0.0], star), "DELETE", ("authorization",))
    found = PreflightCache(lambda: 0, follow="standard")
    found.store(API, Preflighted(ORIGIN, "*", (), "include"), star)
    assert not allows(found, "DELETE", ())


def test_a_renewed_entry_lives_longer_and_a_cleared_one_not() -> None:
    now = [0.0]
    cached = cache("standard", now, Allowed(("PUT",), ("x-a",), 10))
    now[0] = 5
    cached.store(API, PUT, Allowed(("PUT",), ("x-a",), 10))
    assert len(cached) == 2
    now[0] = 14
    assert allows(cached)
    cached.clear(API, ORIGIN)
    assert not allows(cached)
    cached.store(API, PUT, Allowed(("PUT",), ("x-a",), 0))
    assert not allows(cached)
