"""Every kind of failure: what the engines' consoles say, what it means, and what to change.

`docs/debugging.md` is made of this table. The words of an engine are what its message is recognized by:
`{}` stands for what differs. If there are several, the first is the newest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastcors.problems import SITE

# Where every kind is described.
PAGE = f"{SITE}debugging/"

# The names for a person, by the fields of `Kind`.
ENGINES = {"chrome": "Chrome", "firefox": "Firefox", "safari": "Safari"}
SERVERS = {"fastcors": "fastcors", "starlette": "Starlette", "nginx": "nginx"}
# What the changes name for the origin of a page, for a header and for a method.
EXAMPLE_ORIGIN = "https://app.example.com"
EXAMPLE_PARAMETERS = ("Authorization", "PATCH")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of failure.

    Attributes:
        title: what is wrong, for a heading.
        names: Chromium's names: one, or one for an actual request and one for a preflight.
        chrome, firefox, safari: the words of each engine; empty if it has none of its own.
        meaning: what it means.
        fastcors, starlette, nginx: what to change there.
    """

    title: str
    names: tuple[str, ...]
    chrome: tuple[str, ...]
    firefox: tuple[str, ...]
    safari: tuple[str, ...]
    meaning: str
    fastcors: str
    starlette: str
    nginx: str

    @property
    def url(self) -> str:
        """The address of what is written about it."""
        return f"{PAGE}#{self.anchor}"

    @property
    def anchor(self) -> str:
        """The anchor of its heading in docs/debugging.md."""
        return re.sub(r"[^\w\- ]", "", self.title).lower().replace(" ", "-")

    def words(self, engine: str) -> tuple[str, ...]:
        """Return the words of an engine."""
        found: tuple[str, ...] = getattr(self, engine)
        return found

    def change(self, server: str) -> str:
        """Return what to change in a server."""
        found: str = getattr(self, server)
        return found


def _both(name: str) -> tuple[str, str]:
    return name, f"Preflight{name}"


_SAFARI_ORIGIN = "Origin {} is not allowed by Access-Control-Allow-Origin"

KINDS = (
    Kind(
        title="No Access-Control-Allow-Origin",
        names=_both("MissingAllowOriginHeader"),
        chrome=("No 'Access-Control-Allow-Origin' header is present on the requested resource",),
        firefox=("CORS header 'Access-Control-Allow-Origin' missing",),
        safari=(_SAFARI_ORIGIN,),
        meaning="The server does not allow the origin of the page, or something responds that adds no CORS headers: an error page, a proxy, a redirect, a middleware outside the CORS middleware. Look at the status first: a 401, 404, 413, 500 or 502 often has another cause than CORS.",
        fastcors='Add the origin: `allow_origins=[..., "https://app.example.com"]`. If it is listed, make the middleware the outermost layer: `fastcors.install(app, ...)`.',
        starlette="Add the origin to `allow_origins`, and call `add_middleware(CORSMiddleware, ...)` last: it is outside the other middleware then. It is never outside the response to an unhandled exception.",
        nginx="Write `always` at the end of each `add_header`: without it, error responses lack the header. A `location` with an `add_header` of its own inherits none.",
    ),
    Kind(
        title="Several values in Access-Control-Allow-Origin",
        names=_both("MultipleAllowOriginValues"),
        chrome=("The 'Access-Control-Allow-Origin' header contains multiple values '{}'",),
        firefox=("Multiple CORS header 'Access-Control-Allow-Origin' not allowed",),
        safari=("Access-Control-Allow-Origin cannot contain more than one origin",),
        meaning="The header has a list of origins, or two layers each add one: a proxy and the application, or two middleware.",
        fastcors="Let the middleware alone add the header: remove it from the proxy, from the endpoints, and any second CORS middleware (`fastcors lint` finds that one).",
        starlette="The same.",
        nginx="Remove `add_header Access-Control-Allow-Origin` where the application sends it, or write `proxy_hide_header Access-Control-Allow-Origin;` and add it in nginx alone.",
    ),
    Kind(
        title="An Access-Control-Allow-Origin that is no origin",
        names=_both("InvalidAllowOriginValue"),
        chrome=("The 'Access-Control-Allow-Origin' header contains the invalid value '{}'",),
        firefox=("CORS header 'Access-Control-Allow-Origin' does not match '{}'",),
        safari=(_SAFARI_ORIGIN,),
        meaning="The value is neither an origin nor `*`: a host without scheme, a pattern, an empty value, a variable that was not replaced.",
        fastcors="fastcors never sends such a value. Something else sets the header: an endpoint, another middleware or a proxy.",
        starlette="Starlette never sends such a value either: look for what else sets the header.",
        nginx="Send the Origin of the request, after a `map` has checked it, not a pattern: nginx does not evaluate `*.example.com` in a header.",
    ),
    Kind(
        title="Another origin in Access-Control-Allow-Origin",
        names=_both("AllowOriginMismatch"),
        chrome=(
            "The 'Access-Control-Allow-Origin' header has a value '{}' that is not equal to the supplied origin",
        ),
        firefox=("CORS header 'Access-Control-Allow-Origin' does not match '{}'",),
        safari=(_SAFARI_ORIGIN,),
        meaning="The server always sends one fixed origin, or a cache returned the response to another page, because `Vary: Origin` is missing. Scheme, host and port have to be the same, byte for byte.",
        fastcors='Add the origin: `allow_origins=[..., "https://app.example.com"]`. The middleware sends `Vary: Origin`: keep it in the proxy and in the CDN.',
        starlette="Add the origin to `allow_origins`.",
        nginx="Choose the value by a `map` on `$http_origin`, and send `add_header Vary Origin always;`.",
    ),
    Kind(
        title="A wildcard with credentials",
        names=_both("WildcardOriginNotAllowed"),
        chrome=("must not be the wildcard '*' when the request's credentials mode is 'include'",),
        firefox=(
            "Credential is not supported if the CORS header 'Access-Control-Allow-Origin' is '*'",
        ),
        safari=(
            "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true",
        ),
        meaning="The page sends cookies, and the server allows every origin. Browsers accept `*` only without credentials.",
        fastcors='List the origins: `allow_origins=["https://app.example.com"], allow_credentials=True`. Or fetch without `credentials: "include"`.',
        starlette="As with fastcors. `*` with `allow_credentials=True` allows every site to read with the user's cookies.",
        nginx="Send the Origin of the request, after a `map` has checked it, instead of `*`.",
    ),
    Kind(
        title="Access-Control-Allow-Credentials is not true",
        names=_both("InvalidAllowCredentials"),
        chrome=(
            "'Access-Control-Allow-Credentials' header in the response is '{}' which must be 'true'",
        ),
        firefox=("expected 'true' in CORS header 'Access-Control-Allow-Credentials'",),
        safari=('Credentials flag is true, but Access-Control-Allow-Credentials is not "true"',),
        meaning="The page sends cookies, and the response does not allow that with exactly `true`.",
        fastcors='`allow_credentials=True`, if these origins may read with the user\'s cookies. Or fetch without `credentials: "include"`.',
        starlette="`allow_credentials=True`.",
        nginx="`add_header Access-Control-Allow-Credentials true always;`, in lower case.",
    ),
    Kind(
        title="The preflight has another status than 200 to 299",
        names=("PreflightInvalidStatus",),
        chrome=("It does not have HTTP ok status",),
        firefox=(
            "CORS preflight response did not succeed",
            "CORS preflight channel did not succeed",
        ),
        safari=("Preflight response is not successful",),
        meaning="Something responds to OPTIONS with an error: the CORS middleware, which rejects the origin, the method or a header with 400, or authentication or routing before it, with 401, 404 or 405. Safari reports this first, whatever else is wrong.",
        fastcors="Read the body of the response to OPTIONS, or run `fastcors explain`. If it is not from fastcors, make the middleware the outermost layer: `fastcors.install(app, ...)`.",
        starlette="Read the body: `Disallowed CORS origin`, `method` or `headers` names what to add. If it is another one, add the CORS middleware last.",
        nginx="Respond in nginx, before authentication: `if ($request_method = OPTIONS) { return 204; }` with the headers in the same block.",
    ),
    Kind(
        title="The preflight is redirected",
        names=("PreflightDisallowedRedirect",),
        chrome=("Redirect is not allowed for a preflight request",),
        firefox=("CORS request external redirect not allowed",),
        safari=("Preflight response is not successful",),
        meaning="The URL redirects: from http to https, to a slash at the end, or to a login page. A preflight must not be redirected.",
        fastcors="Fetch the final URL. The middleware responds to preflights by itself, so a redirect comes from outside it: `fastcors.install(app, ...)` makes it the outermost layer.",
        starlette="Fetch the final URL, and add the CORS middleware last: `HTTPSRedirectMiddleware` outside it redirects preflights.",
        nginx="Fetch the final URL, or except OPTIONS from `return 301`.",
    ),
    Kind(
        title="Access-Control-Allow-Methods cannot be read",
        names=("InvalidAllowMethodsPreflightResponse",),
        chrome=("Cannot parse Access-Control-Allow-Methods response header field",),
        firefox=("invalid token '{}' in CORS header 'Access-Control-Allow-Methods'",),
        safari=("Cannot parse Access-Control-Allow-Methods response header field",),
        meaning="The value is not a list of method names with commas between them: it has spaces, quotes, brackets or semicolons.",
        fastcors='Write a name an entry: `allow_methods=["GET", "PUT"]`. `fastcors lint` reports a wrong one.',
        starlette='Write a list: `allow_methods=["GET", "PUT"]`. A single string is taken apart into letters.',
        nginx='`add_header Access-Control-Allow-Methods "GET, PUT" always;`',
    ),
    Kind(
        title="Access-Control-Allow-Headers cannot be read",
        names=("InvalidAllowHeadersPreflightResponse",),
        chrome=("Cannot parse Access-Control-Allow-Headers response header field",),
        firefox=("invalid token '{}' in CORS header 'Access-Control-Allow-Headers'",),
        safari=("Cannot parse Access-Control-Allow-Headers response header field",),
        meaning="The value is not a list of header names with commas between them.",
        fastcors='Write a name an entry: `allow_headers=["X-Token"]`. `fastcors lint` reports a wrong one.',
        starlette='Write a list: `allow_headers=["X-Token"]`.',
        nginx='`add_header Access-Control-Allow-Headers "Content-Type, X-Token" always;`',
    ),
    Kind(
        title="The method is not allowed",
        names=("MethodDisallowedByPreflightResponse",),
        chrome=("Method {} is not allowed by Access-Control-Allow-Methods in preflight response",),
        firefox=("Did not find method in CORS header 'Access-Control-Allow-Methods'",),
        safari=("Method {} is not allowed by Access-Control-Allow-Methods",),
        meaning="The preflight does not list the method. Methods are case-sensitive, and a browser does not make `patch` upper case. With credentials, `*` is no wildcard.",
        fastcors='`allow_methods=[..., "PATCH"]`; in the page, write the method in upper case.',
        starlette='`allow_methods=[..., "PATCH"]`.',
        nginx="List the method in `add_header Access-Control-Allow-Methods` of the response to OPTIONS.",
    ),
    Kind(
        title="A header is not allowed",
        names=("HeaderDisallowedByPreflightResponse",),
        chrome=(
            "Request header field {} is not allowed by Access-Control-Allow-Headers in preflight response",
        ),
        firefox=(
            "header '{}' is not allowed according to header 'Access-Control-Allow-Headers' from CORS preflight response",
            "missing token '{}' in CORS header 'Access-Control-Allow-Headers' from CORS preflight channel",
        ),
        safari=("Request header field {} is not allowed by Access-Control-Allow-Headers",),
        meaning="The script sets a header that the preflight does not list. `Content-Type: application/json` and Authorization are such headers. With credentials, `*` is no wildcard.",
        fastcors='`allow_headers=[..., "Authorization"]`; or do not set the header in the page.',
        starlette='`allow_headers=[..., "Authorization"]`.',
        nginx="List the header in `add_header Access-Control-Allow-Headers` of the response to OPTIONS.",
    ),
    Kind(
        title="A redirect to a URL with a user name",
        names=("RedirectContainsCredentials",),
        chrome=("Redirect location '{}' contains a username and password",),
        firefox=(),
        safari=("URL is either a non-HTTP URL or contains credentials",),
        meaning="The response redirects to a URL such as `https://name:password@example.com`.",
        fastcors="Redirect to a URL without user name and password. No option changes this.",
        starlette="The same.",
        nginx="The same: look at `return 301` and `proxy_redirect`.",
    ),
    Kind(
        title="Mode same-origin",
        names=("DisallowedByMode",),
        chrome=(
            'Request mode is "same-origin" but the URL\'s origin is not same as the request origin',
        ),
        firefox=(),
        safari=(),
        meaning='The page fetches another origin with `mode: "same-origin"`. Nothing was sent.',
        fastcors='Nothing on the server: fetch with `mode: "cors"`, the default.',
        starlette="The same.",
        nginx="The same.",
    ),
    Kind(
        title="A scheme without CORS",
        names=("CorsDisabledScheme",),
        chrome=("Cross origin requests are only supported for protocol schemes",),
        firefox=("CORS request not http",),
        safari=("Cross origin requests are only supported for HTTP",),
        meaning="The URL is neither http nor https: the page was opened as a file, or the URL lacks `http://` before `localhost:8000`.",
        fastcors="Nothing on the server: serve the page, with `python -m http.server` for example, and fetch a whole URL.",
        starlette="The same.",
        nginx="The same.",
    ),
)

# What a console says about a fetch that CORS has nothing to do with, or not alone.
OTHERS = (
    Kind(
        title="No response",
        names=("NetworkError",),
        chrome=(
            "net::ERR_CONNECTION_{}",
            "net::ERR_NAME_NOT_RESOLVED",
            "net::ERR_CERT_{}",
            "net::ERR_SSL_{}",
        ),
        firefox=("CORS request did not succeed",),
        safari=(
            "Could not connect to the server",
            "A server with the specified hostname could not be found",
        ),
        meaning="No response came: the server does not run, its name or port is wrong, its certificate is not trusted, or an extension blocks the request. It is not about CORS, whatever the message says.",
        fastcors="Nothing: open the URL in a tab of its own.",
        starlette="The same.",
        nginx="The same.",
    ),
    Kind(
        title="Mixed content",
        names=("MixedContent",),
        chrome=("Mixed Content: The page at",),
        firefox=("Blocked loading mixed active content",),
        safari=("was not allowed to run insecure content", "requested insecure content from"),
        meaning="An https page fetches an http URL. The browser sends nothing.",
        fastcors="Nothing: serve the API over https, and fetch that URL.",
        starlette="The same.",
        nginx="The same.",
    ),
    Kind(
        title="The page's Content-Security-Policy",
        names=("ContentSecurityPolicy",),
        chrome=("violates the following Content Security Policy directive",),
        firefox=("Content-Security-Policy: The page's settings blocked",),
        safari=("because it does not appear in the connect-src directive",),
        meaning="The page itself may not connect to this URL.",
        fastcors="Nothing: add the API's origin to `connect-src` of the page's Content-Security-Policy.",
        starlette="The same.",
        nginx="The same, where nginx sends that header for the page.",
    ),
    Kind(
        title="A server in the private network",
        names=("PrivateNetworkAccess",),
        chrome=(
            "Permission was denied for this request to access the `{}` address space",
            "the resource is in more-private address space",
            "Access-Control-Allow-Private-Network",
        ),
        firefox=(),
        safari=(),
        meaning="A page of the internet fetches from a private or local address. Chrome asks the user, or wants an https page; older versions wanted a header of the preflight.",
        fastcors="Serve the page over https, and let the user grant the permission. For older versions: `allow_private_network=True`.",
        starlette="The same.",
        nginx="For older versions: `add_header Access-Control-Allow-Private-Network true always;`",
    ),
    Kind(
        title="Cross-Origin-Resource-Policy",
        names=("CrossOriginResourcePolicy",),
        chrome=("net::ERR_BLOCKED_BY_RESPONSE",),
        firefox=("Cross-Origin-Resource-Policy header",),
        safari=("violates the resource's Cross-Origin-Resource-Policy response header",),
        meaning="A no-cors request, such as that of an image, is blocked by a header of its own.",
        fastcors="Nothing: send `Cross-Origin-Resource-Policy: cross-origin` with what other sites may embed.",
        starlette="The same.",
        nginx="`add_header Cross-Origin-Resource-Policy cross-origin always;`",
    ),
    Kind(
        title="A second message of Safari",
        names=("SeeOtherMessage",),
        chrome=(),
        firefox=(),
        safari=("due to access control checks",),
        meaning="Safari writes the reason in a message of its own, right above this one.",
        fastcors="Pass that message to `fastcors console`.",
        starlette="The same.",
        nginx="The same.",
    ),
)

_BY_NAME = {name: kind for kind in KINDS for name in kind.names}


def page_of(name: str) -> str:
    """Return the address of what is written about a failure that Chromium has this name for.

    Some are of preflights alone, and may lack that word.
    """
    return (_BY_NAME.get(name) or _BY_NAME[f"Preflight{name}"]).url
