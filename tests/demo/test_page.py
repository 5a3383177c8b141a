"""The page in Chromium: what it shows is what happens, and everybody can use it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from examples.demo.fetches import FETCHES
from tests.demo.conftest import Demo, Visitor
from tests.demo.test_simulator import EXPECTED

pytestmark = pytest.mark.servers

NAMES = [fetch.name for fetch in FETCHES]
OWN_PAGE, OTHER_PAGE = "http://127.0.0.1:PORT", "http://localhost:PORT"
HOSTS = ["127.0.0.1", "localhost"]
# Edited policies, and what a script on 127.0.0.1 may do then.
POLICIES = {
    "nothing": ("", {"websocket", "other-websocket"}),
    "every origin": (
        'allow_origins=["*"], allow_methods=["*"], allow_headers=["*"],',
        {*NAMES} - {"credentials"},
    ),
    "every origin, with credentials": (
        'allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], allow_credentials=True',
        {*NAMES},
    ),
    "every port": (
        'allow_origins=["http://127.0.0.1:*"],\nallow_methods=["DELETE"],\nexpose_headers=["*"],',
        {"read", "headers", "method", "websocket", "other-websocket"},
    ),
    "a regular expression": (
        r'allow_origin_regex=r"http://[a-z]+:[0-9]+", allow_headers=["X-Debug", "X-Token"]',
        {"websocket", "other-read", "other-write", "other-websocket"},
    ),
    "no credentials": (
        f'allow_origins=["{OWN_PAGE}"], allow_methods=["PUT"], allow_headers=["X-Token"]',
        {"read", "headers", "write", "websocket", "other-websocket"},
    ),
    "the other page": (
        f'allow_origins=["{OTHER_PAGE}"], allow_credentials=True, enforce=True',
        {"other-read", "other-write", "other-websocket"},
    ),
    "both pages": (
        f'allow_origins=["{OWN_PAGE}", "{OTHER_PAGE}"], allow_credentials=True, enforce=True,\n'
        'allow_methods=["GET", "PUT", "DELETE"], allow_headers=["X-Token", "X-Debug"], max_age=60',
        {*NAMES},
    ),
    "minimal responses": (
        f'allow_origins=["{OWN_PAGE}"], responses="minimal", allow_methods=["DELETE"]',
        {"read", "headers", "method", "websocket", "other-websocket"},
    ),
    "isolated": (
        f'allow_origins=["{OWN_PAGE}"], enforce="isolate", hosts=["127.0.0.1"]',
        {"read", "headers", "websocket"},
    ),
    # A page may read why its Host is rejected, if its origin is allowed.
    "another host": (
        f'allow_origins=["{OWN_PAGE}"], hosts=["api.example.com"], expose_headers=["X-Node"]',
        {"read", "headers"},
    ),
    "only reported": (
        'enforce="report", allow_origins=["https://app.example.com"]',
        {"websocket", "other-websocket"},
    ),
    "no cors below a path": (
        f'allow_origins=["{OWN_PAGE}"], paths={{"/items": None}}, allow_credentials=True',
        {"credentials", "websocket", "other-websocket"},
    ),
    "a slash too many": (
        f'allow_origins=["{OWN_PAGE}/"]',
        {"websocket", "other-websocket"},
    ),
}


def policy_of(text: str, demo: Demo) -> str:
    return text.replace("PORT", str(demo.page_port))


def as_predicted(allowed: set[str]) -> dict[str, tuple[bool, bool]]:
    return {name: (name in allowed, True) for name in NAMES}


def test_each_request_ends_as_expected_and_as_predicted(visitor: Visitor) -> None:
    assert visitor.shown() == {name: (allowed, True) for name, (allowed, _) in EXPECTED.items()}
    expect(visitor.summary).to_have_text("✓All 10 ended as predicted: 5 allowed, 5 blocked.")


@pytest.mark.parametrize(("text", "allowed"), POLICIES.values(), ids=POLICIES)
def test_each_request_ends_as_predicted_with_an_edited_policy_from_both_origins(
    visitor: Visitor, text: str, allowed: set[str]
) -> None:
    visitor.apply(policy_of(text, visitor.demo))
    assert visitor.shown() == as_predicted(allowed)
    visitor = Visitor(visitor.page, visitor.demo, "localhost")
    assert {same for _, same in visitor.shown().values()} == {True}


def test_another_origin_is_rejected_by_the_policy_at_the_start(
    visitor: Visitor, page: Page, demo: Demo
) -> None:
    page.get_by_role("link", name=demo.page("localhost")).click()
    page.wait_for_url(f"{demo.page('localhost')}/")
    visitor.wait_for_the_run()
    # What it sends itself is blocked, what its frame of the allowed origin sends is not.
    assert visitor.shown() == {name: (name.startswith("other-"), True) for name in NAMES}


def test_a_row_shows_the_request_what_happened_what_was_predicted_and_the_reason(
    visitor: Visitor,
) -> None:
    write, method = visitor.row("write"), visitor.row("method")
    expect(write.get_by_role("rowheader")).to_contain_text("PUT /items/2X-Token: 4711")
    expect(write.get_by_role("cell").nth(0)).to_have_text(
        re.compile(r'✓allowedstatus 200The script reads \{"name":"a chair"\}and content-length, ')
    )
    expect(write.get_by_role("cell").nth(1)).to_have_text("✓allowedstatus 200=as it happened")
    expect(write.get_by_role("cell").nth(2)).to_contain_text(
        "Server OPTIONS 200, then PUT 200. The application ran."
    )
    expect(method.get_by_role("cell").nth(0)).to_have_text(
        "✕blockedThe script gets a TypeError, and no reason."
    )
    expect(method.get_by_role("cell").nth(1)).to_contain_text(
        "=as it happenedPreflightInvalidStatus"
    )
    expect(method.get_by_role("cell").nth(2)).to_contain_text(
        "DELETE is not in allow_methods (GET, PUT); to allow this method:"
    )


# Not by a route of playwright: with one, playwright responds to preflights in the server's place.
RESPOND = """([path, change]) => {
    const real = fetch;
    window.fetch = async (url, options) => {
        if (!String(url).startsWith(path)) return real(url, options);
        if (change === null) throw TypeError("Failed to fetch");
        const found = await (await real(url, options)).json();
        const names = change.path.slice();
        const last = names.pop();
        names.reduce((part, name) => part[name], found)[last] = change.value;
        return new Response(JSON.stringify(found));
    };
}"""


def respond_with(page: Page, path: str, value: Any, *names: str) -> None:
    """Change a value of what the page gets from its server."""
    page.evaluate(RESPOND, [path, {"path": names, "value": value}])


WRONG = {
    "allowed": (True, "whether it is allowed"),
    "status": (200, "the status"),
    "body": ("another", "the body"),
    "headers": ({"x-total": "2"}, "the headers that the script reads"),
    "reached": ([["OPTIONS", 200], ["DELETE", 200]], "what reaches the server"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_request_that_the_api_rejects_against_the_prediction_is_shown_as_different(
    visitor: Visitor, page: Page, name: str
) -> None:
    value, words = WRONG[name]
    respond_with(page, "/predictions", value, "fetches", "method", name)
    page.get_by_role("button", name="Run again").click()
    visitor.wait_for_the_run()
    expect(visitor.summary).to_have_text("✕9 of 10 ended as predicted: 5 allowed, 5 blocked.")
    expect(visitor.row("method").get_by_role("cell").nth(1)).to_contain_text(
        f"≠not as it happened: {words}"
    )
    shown = visitor.shown()
    assert shown.pop("method") == (False, False)
    assert {same for _, same in shown.values()} == {True}


def test_a_run_during_which_the_policy_changes_compares_nothing(
    visitor: Visitor, page: Page
) -> None:
    respond_with(page, "/received", -1, "version")
    page.get_by_role("button", name="Run again").click()
    expect(visitor.summary).to_have_text(re.compile("^✕The policy was changed meanwhile"))


def test_without_the_other_page_its_requests_are_shown_as_not_sent(page: Page, demo: Demo) -> None:
    # The page waits ten seconds for the other one: here no time at all.
    page.add_init_script(
        "const wait = setTimeout; window.setTimeout = (f, ms) => wait(f, ms < 10000 ? ms : 0);"
    )
    page.route("**/other.html", lambda route: route.abort())
    page.goto(f"{demo.page()}/")
    expect(page.locator("#summary")).to_contain_text("of 10 ended as predicted")
    expect(page.locator("[data-fetch=other-read]")).to_contain_text(
        "not sent: that page did not load"
    )


def test_without_its_server_the_page_says_how_to_start_it(visitor: Visitor, page: Page) -> None:
    page.evaluate(RESPOND, ["/predictions", None])
    page.get_by_role("button", name="Run again").click()
    expect(visitor.summary).to_have_text(
        "✕The server of the demo does not respond. Start it again with 'make demo'."
    )


def test_a_server_that_is_too_busy_to_respond_counts_as_one_that_does_not(
    visitor: Visitor, page: Page
) -> None:
    page.evaluate("() => { AbortSignal.timeout = () => AbortSignal.abort(); }")
    page.get_by_role("button", name="Run again").click()
    expect(visitor.summary).to_contain_text("The server of the demo does not respond.")


def test_a_policy_that_another_tab_applies_is_shown_by_the_next_run(
    visitor: Visitor, page: Page, demo: Demo
) -> None:
    Visitor(page.context.new_page(), demo).apply("max_age=5")
    page.get_by_role("button", name="Run again").click()
    visitor.wait_for_the_run()
    expect(visitor.editor).to_have_value("max_age=5")
    assert visitor.shown()["read"] == (False, True)
    # What somebody is writing stays.
    visitor.editor.fill("max_age=6")
    page.get_by_role("button", name="Run again").click()
    visitor.wait_for_the_run()
    expect(visitor.editor).to_have_value("max_age=6")
    expect(visitor.verdict).to_contain_text("Not applied yet.")


def test_lint_reports_while_somebody_types(visitor: Visitor) -> None:
    expect(visitor.verdict).to_have_text("✓Lint finds no problems.")
    visitor.editor.press("Control+Home")
    visitor.editor.press_sequentially('allow_origin_regex="https://.*example.com",\n')
    expect(visitor.verdict).to_have_text("✕Lint finds 1 error. Not applied yet.")
    expect(visitor.editor).to_have_attribute("aria-invalid", "true")
    expect(visitor.problems).to_have_count(1)
    expect(visitor.problems).to_contain_text("also allows https://evil-example.com, because")
    link = visitor.problems.get_by_role("link", name="regex-untrusted-origins")
    expect(link).to_have_attribute(
        "href", "https://fastcors.github.io/fastcors/problems/regex-untrusted-origins/"
    )
    # Nothing is applied meanwhile.
    assert visitor.shown()["read"] == (True, True)


def test_a_suggestion_is_written_into_the_policy_at_a_click(visitor: Visitor) -> None:
    visitor.editor.fill('allow_origins=["https://app.example.com/"],')
    visitor.page.get_by_role("button", name="Fix it: origin-trailing-slash").click()
    expect(visitor.editor).to_have_value('allow_origins=["https://app.example.com"],')
    expect(visitor.editor).to_be_focused()
    expect(visitor.verdict).to_have_text("✓Lint finds no problems. Not applied yet.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("allow_origins=[", "Line 1: the '[' is not closed: write ']' where it ends."),
        ("hosts=HOSTS", "Line 1: hosts is 'HOSTS', which is no literal: write strings"),
        ('allow_origins="https://a.example"', "does not run with this policy: allow_origins:"),
        ("allow_origin=[]", "there is no option 'allow_origin'"),
    ],
)
def test_a_broken_policy_shows_the_error_and_changes_nothing(
    visitor: Visitor, page: Page, text: str, words: str
) -> None:
    visitor.editor.fill(text)
    page.get_by_role("button", name="Apply and run").click()
    expect(visitor.verdict).to_contain_text(words)
    expect(visitor.verdict).to_contain_text("Nothing is changed.")
    expect(visitor.editor).to_be_focused()
    assert "Traceback" not in page.locator("body").inner_text()
    page.get_by_role("button", name="Run again").click()
    visitor.wait_for_the_run()
    assert visitor.shown()["read"] == (True, True)
    page.reload()
    expect(visitor.editor).to_have_value(re.compile('"http://127.0.0.1:'))


def test_what_is_typed_is_shown_as_text(visitor: Visitor, page: Page) -> None:
    visitor.editor.fill('allow_origins=["<img src=x onerror=alert(1)>"], allow_methods=["<b>"]')
    expect(visitor.problems.first).to_contain_text("<img src=x onerror=alert(1)>")
    visitor.apply('allow_origins=["<img src=x onerror=alert(1)>"]')
    expect(visitor.row("read")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("img, b").count() == 0


def test_an_applied_policy_stays_when_the_page_is_loaded_anew(visitor: Visitor, page: Page) -> None:
    visitor.apply("max_age=5")
    page.reload()
    expect(visitor.editor).to_have_value("max_age=5")
    page.get_by_role("button", name="Reset").click()
    visitor.wait_for_the_run()
    expect(visitor.summary).to_have_text("✓All 10 ended as predicted: 5 allowed, 5 blocked.")
    expect(visitor.editor).to_have_value(re.compile('"http://127.0.0.1:'))


def test_the_page_breaks_its_own_security_policy_nowhere_and_loads_nothing_from_elsewhere(
    page: Page, demo: Demo
) -> None:
    said: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    visitor = Visitor(page, demo)
    visitor.editor.fill("allow_origins=['https://a.example/']")
    expect(visitor.problems).to_have_count(1)
    # What Chromium says of what the table is about.
    expected = ("blocked by CORS policy", "Failed to load resource", "WebSocket connection to")
    assert [text for text in said if not any(words in text for words in expected)] == []
    assert asked == {
        f"127.0.0.1:{demo.port}",
        f"127.0.0.1:{demo.page_port}",
        f"localhost:{demo.page_port}",
    }


# From a page of another origin: what it tries, with the address of the page's server.
ATTACKS = {
    "fetch": """url => fetch(`${url}/policy`, {method: "POST", body: '{"policy": ""}',
        headers: {"Content-Type": "application/json"}})""",
    "without a preflight": """url => fetch(`${url}/policy`, {method: "POST", body: '{"policy": ""}'})""",
    "no-cors": """url => fetch(`${url}/policy`, {method: "POST", body: '{"policy": ""}', mode: "no-cors"})
        .then(response => response.text()).then(text => { if (!text) throw Error("opaque") })""",
    "read": "url => fetch(`${url}/demo`)",
    "websocket": """url => new Promise((resolve, reject) => {
        const socket = new WebSocket(url.replace("http", "ws"));
        socket.onopen = resolve;
        socket.onerror = () => reject(Error("no socket"));
    })""",
    "script": """url => new Promise((resolve, reject) => {
        const script = Object.assign(document.createElement("script"), {src: `${url}/main.js`});
        script.onload = resolve;
        script.onerror = () => reject(Error("not loaded"));
        document.head.append(script);
    })""",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_page_of_another_origin_does_not_reach_the_pages_server(
    page: Page, demo: Demo, attack: str
) -> None:
    demo.reset()
    before = demo.policy()
    for host in HOSTS:
        # The API's own port is another origin on the same host.
        page.goto(f"http://{host}:{demo.port}/items/1")
        outcome = page.evaluate(
            f"url => ({attack})(url).then(() => 'reached', error => `failed: ${{error.message}}`)",
            demo.page(host),
        )
        assert outcome.startswith("failed: ")
        assert demo.policy() == before


def test_no_other_page_can_show_this_one_in_a_frame(page: Page, demo: Demo) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{demo.api}/items/1")
    for path in ("/", "/other.html"):
        page.evaluate(
            """url => new Promise(resolve => {
                const frame = Object.assign(document.createElement("iframe"), {src: url});
                frame.onload = resolve;
                document.body.append(frame);
            })""",
            f"{demo.page()}{path}",
        )
    assert sum("frame-ancestors" in text for text in said) == 2
