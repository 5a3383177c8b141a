"""The demo, run as `make demo` runs it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from examples.demo import process, terminal
from examples.demo.process import HOST, ROOT, DemoError, free_port_after, require_free

pytestmark = pytest.mark.servers

DEMO = [sys.executable, "-m", "examples.demo"]
# A safety net, far beyond what a busy machine needs.
SECONDS = 300

APP = "Origin: https://app.example.com"
OTHER = "Origin: https://elsewhere.example"
# For each exchange: its title, what is in the left column, what is in the right one, what is not.
SHOWN = [
    (
        "A preflight that is allowed",
        ["OPTIONS /items/1?name=desk HTTP/1.1", APP, "Access-Control-Request-Method: PUT"],
        [
            "HTTP/1.1 200 OK",
            "access-control-allow-methods: GET, PUT",
            "access-control-allow-credentials: true",
            "access-control-allow-origin: https://app.example.com",
            "OK",
        ],
        [],
    ),
    (
        "A preflight that is rejected",
        ["OPTIONS /items/1 HTTP/1.1", OTHER, "Access-Control-Request-Method: DELETE"],
        ["HTTP/1.1 400 Bad Request", "Disallowed CORS origin, method"],
        ["access-control-allow-origin"],
    ),
    (
        "An actual request that is allowed",
        ["GET /items/1 HTTP/1.1", APP, "Cookie: session=4711"],
        [
            "HTTP/1.1 200 OK",
            "access-control-allow-origin: https://app.example.com",
            "vary: Origin",
            '{"name":"a lamp"}',
        ],
        [],
    ),
    (
        "An actual request that is blocked",
        ["GET /items/1 HTTP/1.1", OTHER],
        ["HTTP/1.1 200 OK", "vary: Origin", '{"name":"a lamp"}'],
        ["access-control-allow-origin"],
    ),
]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def listening(port: int) -> Generator[None]:
    """Take a port, if nobody else has meanwhile."""
    with socket.socket() as taken:
        with contextlib.suppress(OSError):
            taken.bind((HOST, port))
            taken.listen()
        yield


def is_free(port: int) -> bool:
    """Whether a server could listen on the port."""
    try:
        require_free(port)
    except DemoError:
        return False
    return True


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demo until it ends by itself."""
    return subprocess.run(
        [*DEMO, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, **environment},
        check=False,
    )


@contextlib.contextmanager
def left_up(port: int) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Return a demo that has shown everything and waits, and what it says then."""
    command = [*DEMO, "--port", str(port)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # So that a signal to the whole session does not reach the tests.
        start_new_session=True,
        # A shell ignores SIGINT in what it runs in the background, and a child inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            assert process.stdout is not None
            said = ""
            while "curl" not in said and (line := process.stdout.readline()):
                said += line
            yield process, said
        finally:
            process.kill()


@pytest.fixture(scope="module")
def once() -> tuple[subprocess.CompletedProcess[str], int]:
    """A run that ends by itself, and its port."""
    port = free_port()
    return run("--once", "--port", port, COLUMNS="150"), port


def test_once_ends_by_itself_and_leaves_no_server(
    once: tuple[subprocess.CompletedProcess[str], int],
) -> None:
    finished, port = once
    assert (finished.returncode, finished.stderr) == (0, "")
    assert is_free(port)


@pytest.mark.parametrize(("title", "left", "right", "absent"), SHOWN, ids=[row[0] for row in SHOWN])
def test_each_request_is_shown_with_its_response(
    once: tuple[subprocess.CompletedProcess[str], int],
    title: str,
    left: list[str],
    right: list[str],
    absent: list[str],
) -> None:
    shown = once[0].stdout.split(f"{title}\n")[1]
    headings, table, browser = shown.split("-+-")[0], shown.split("-+-")[1], shown.split("-+-")[2]
    assert headings.split()[:5] == ["the", "request", "|", "the", "response"]
    rows = [row.split("|") for row in table.splitlines() if "|" in row]
    requests = [row[0].strip() for row in rows]
    responses = [row[1].strip() for row in rows]
    assert requests[0] == left[0]
    assert responses[0] == right[0]
    assert set(left) <= set(requests)
    assert set(right) <= set(responses)
    assert not [name for name in absent if any(name in response for response in responses)]
    sentence = " ".join(browser.split("\n\n")[0].split("\n")[1:])
    assert "browser" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("width", [40, 57, 80, 120, 160])
def test_the_columns_fit_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    exchange = terminal.EXCHANGES[0]
    request = "\r\n".join([*exchange.request, "", ""])
    response = f"HTTP/1.1 200 OK\r\naccess-control-allow-{APP.lower()}\r\nx: {'y' * 500}\r\n\r\nOK"
    terminal.show(exchange, request, response)
    lines = capsys.readouterr().out.splitlines()
    rules = [line for line in lines if "-+-" in line]
    assert [len(rule) for rule in rules] == [width, width]
    assert max(map(len, lines)) == width
    rows = lines[lines.index(rules[0]) + 1 : lines.index(rules[0], 3)]
    assert {row[rules[0].index("+")] for row in rows} == {"|"}


def test_a_response_that_is_not_the_expected_one_is_an_error() -> None:
    with pytest.raises(DemoError, match="this response is not the expected one"):
        terminal.show(terminal.EXCHANGES[0], "", "HTTP/1.1 200 OK\r\n\r\nOK")


def test_a_port_in_use_is_reported_in_one_sentence_with_one_that_is_free() -> None:
    port = free_port_after(20_000)
    with listening(port), listening(port + 1):
        finished = run("--once", "--port", port)
        other = free_port_after(port)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == f"Port {port} is in use: choose another, `make demo PORT={other}`\n"
    assert other > port + 1


def test_a_port_that_may_not_be_used_is_reported_with_one_that_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    denied = PermissionError(13, "Permission denied")
    monkeypatch.setattr(process, "binding_error", lambda port: denied if port < 1024 else None)
    monkeypatch.setattr(process, "is_served_by_ipv6", lambda port: False)
    with pytest.raises(DemoError) as raised:
        require_free(80)
    assert str(raised.value) == (
        "Port 80 cannot be used (Permission denied): choose another, `make demo PORT=8001`"
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_an_invalid_port_is_reported(port: str) -> None:
    finished = run("--once", f"--port={port}")
    assert finished.returncode == 2
    assert f"'{port}' is no port, which is a number from 1 to 65535" in finished.stderr


def test_a_server_that_does_not_start_is_reported_in_one_line_with_its_reason(
    tmp_path: Path,
) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ImportError('half installed')")
    port = free_port()
    finished = run("--once", "--port", port, PYTHONPATH=str(tmp_path))
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        "The server did not start, try `make build` first: ImportError: half installed\n"
    )
    assert is_free(port)


def test_a_page_of_another_origin_is_served_beside_the_api() -> None:
    port = free_port()
    with left_up(port) as (_, said):
        (page,) = re.findall(
            r"^Open (http://127\.0\.0\.1:\d+) in your browser:$", said, re.MULTILINE
        )
        assert not page.endswith(f":{port}")
        about = httpx.get(f"{page}/demo", trust_env=False, timeout=SECONDS).json()
        assert (about["page"], about["api"]) == (page, f"http://127.0.0.1:{port}")
        response = httpx.get(page, trust_env=False, timeout=SECONDS)
        assert "What may this page do?" in response.text
        # No other address of this machine is served.
        for served in (port, int(page.rpartition(":")[2])):
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.2", served)) != 0


def test_the_page_takes_the_next_port_that_is_free() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port_after(port - 1) not in {port - 1, port}
    assert free_port_after(65535) > 8000


def test_the_page_takes_no_port_at_which_localhost_is_another_server() -> None:
    with socket.socket(socket.AF_INET6) as taken:
        try:
            taken.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        taken.listen()
        port = taken.getsockname()[1]
        assert is_free(port)
        assert free_port_after(port - 1) != port


@pytest.mark.parametrize("reaches", ["the demo alone", "the server too, as in a terminal"])
def test_ctrl_c_ends_the_demo_and_its_server_without_a_traceback(reaches: str) -> None:
    port = free_port()
    with left_up(port) as (process, said):
        url = f"http://127.0.0.1:{port}/items/1"
        assert f"up at {url} until Ctrl-C" in said
        assert f"curl -i -H 'Origin: https://app.example.com' {url}\n" in said
        assert not is_free(port)
        if reaches == "the demo alone":
            process.send_signal(signal.SIGINT)
        else:
            os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)
        assert (process.returncode, errors) == (0, "")
        assert is_free(port)


def test_a_demo_that_is_killed_takes_its_server_along() -> None:
    port = free_port()
    with left_up(port) as (process, _):
        process.kill()
        process.wait(SECONDS)
        deadline = time.monotonic() + SECONDS
        while not is_free(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert is_free(port)


def test_a_reader_that_stops_early_ends_the_demo_without_a_traceback() -> None:
    port = free_port()
    command = [*DEMO, "--once", "--port", str(port)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(SECONDS) == 0
    assert is_free(port)
