"""The command as a program: its exit status, its sentences, its colors, and what it needs."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from tests.command.running import APPLICATIONS, run, run_apart, run_with

ORIGIN = "https://app.example.com"
IN_FOLDER = ("--app-dir", APPLICATIONS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("lint", "nowhere:app"), "there is no module 'nowhere' in "),
        (("lint", "no.where:app"), "there is no module 'no' in "),
        (("lint", "sound:ap"), "there is no 'ap' in sound; write sound:app"),
        (("lint", "sound"), "'sound' is not the name of an application; write module:app, such as sound:app"),
        (("lint", "src/shop.py:app"), "'src/shop.py:app' is not the name of an application; write module:app, such as src.shop:app"),
        (("lint", "bare:number"), "bare:number is an int, not an ASGI application"),
        (("lint", "bare:FastAPI"), "bare:FastAPI is the class FastAPI; write the name of an application, or bare:FastAPI() if calling it makes one"),
        (("fetch", "layers:invalid", "-o", ORIGIN), "CORSMiddleware (fastcors) has options that cannot be used: allow_origin_regex: "),
        (("fetch", "layers:failing", "-o", ORIGIN), "the application does not start: RuntimeError: the application failed: lifespan.startup.failed: there is no database"),
        (("explain", "layers:invalid", "-o", ORIGIN), "CORSMiddleware (fastcors) has options that cannot be used: "),
        (("explain", "sound:app", "-o", ORIGIN, "--path", "items"), "--path 'items' does not begin with a slash; write --path '/items'"),
        (("lint", "bare:app"), "bare:app has no CORS middleware of fastcors or Starlette"),
        (("lint", "broken:app"), "broken cannot be imported, because it raises RuntimeError: there is no database"),
        (("lint", "lacking:app"), "lacking cannot be imported, because it raises ModuleNotFoundError: No module named 'no_such_module'"),
        (("explain", "bare:app", "-o", ORIGIN), "bare:app has no CORS middleware"),
        (("explain", "raising:app", "-o", ORIGIN), "raising:app cannot be made: allow_origins: "),
        (("explain", "sound:app", "-o", ORIGIN, "-H", "X Token"), "--header 'X Token' is not a header"),
        (("fetch", "sound:app", "-o", f"{ORIGIN}/"), f"--origin: '{ORIGIN}/' is not an origin as browsers send it; write '{ORIGIN}'"),
        (("fetch", "sound:app", "-o", ORIGIN, "-X", "TRACE"), "scripts cannot use the method 'TRACE'"),
        (("fetch", "sound:app", "-o", ORIGIN, "-d", "x"), "a request with the method GET cannot have a body"),
        (("fetch", "http://[", "-o", ORIGIN), "'http://[' is not a URL"),
        (("fetch", "http://127.0.0.1:9/", "-o", "http://app.example.com"), "no response to GET http://127.0.0.1:9/: "),
    ],
)  # fmt: skip
def test_wrong_usage_is_one_sentence_and_2(arguments: tuple[str, ...], sentence: str) -> None:
    ran = run(*arguments, *IN_FOLDER)
    assert ran.complained.startswith(f"fastcors: {sentence}")
    assert ran.complained.count("\n") == 1
    assert (ran.status, ran.printed) == (2, "")


@pytest.mark.parametrize("arguments", [("lint",), ("explain", "sound:app"), ("lint", "--nothing")])
def test_missing_and_unknown_arguments_are_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).status == 2


def test_the_traceback_of_an_import_is_shown_if_asked() -> None:
    assert "Traceback" not in run_with("broken:app", "lint").complained
    complained = run_with("broken:app", "lint", "--verbose").complained
    assert f'{APPLICATIONS}/broken.py", line 5' in complained.replace("\\", "/")
    assert "RuntimeError: there is no database\nfastcors: broken cannot" in complained


def test_what_an_application_prints_is_not_in_the_result() -> None:
    ran = run_with("quitting:app", "lint", "--format", "json")
    assert (ran.status, ran.printed) == (2, "")
    assert ran.complained == (
        "a line of the application\nfastcors: quitting cannot be imported, because it raises "
        "SystemExit: set SECRET_KEY (--verbose shows the traceback)\n"
    )


@pytest.mark.parametrize("command", ["lint", "explain", "fetch", "console"])
def test_the_help_has_examples_and_80_columns(command: str) -> None:
    printed = run(command, "--help").printed
    assert printed.count(f"fastcors {command} ") >= 3
    assert [line for line in printed.splitlines() if len(line) > 80] == []


def test_without_arguments_it_shows_its_subcommands() -> None:
    printed = run("--help").printed
    for command in ("lint", "explain", "fetch", "console"):
        assert f"\n  {command}  " in printed


def test_the_script_is_installed_with_the_package() -> None:
    (script,) = entry_points(group="console_scripts", name="fastcors")
    assert script.value == "fastcors.__main__:main"


def test_it_runs_as_a_module_and_in_pipes_without_color() -> None:
    ran = run_apart("lint", "shop:app", *IN_FOLDER)
    assert ran.status == 1
    assert ran.printed == run_with("shop:app", "lint").printed
    assert "\x1b" not in ran.printed


def test_color_can_be_forced_and_forbidden() -> None:
    forced = run_apart("lint", "sound:app", *IN_FOLDER, FORCE_COLOR="1")
    assert "\x1b[1;32m" in forced.printed
    both = run_apart("lint", "sound:app", *IN_FOLDER, FORCE_COLOR="1", NO_COLOR="1")
    assert "\x1b[1;32m" not in both.printed


def test_a_terminal_that_has_only_ascii_shows_the_rest_by_number() -> None:
    message = "Request header field ü is not allowed by Access-Control-Allow-Headers."
    ran = run_apart("console", message, PYTHONIOENCODING="ascii")
    assert ran.status == 0
    assert r"\xfc" in ran.printed


def test_a_missing_extra_is_one_sentence() -> None:
    code = "import sys; sys.modules['typer'] = None; from fastcors.__main__ import main; main()"
    ran = run_apart(code=code)
    assert (ran.status, ran.printed) == (2, "")
    assert ran.complained == (
        "fastcors: the command needs typer, which is not installed; run: pip install 'fastcors[cli]'\n"
    )


def test_a_url_needs_another_extra() -> None:
    code = (
        "import sys; sys.modules['httpx2'] = sys.modules['httpx'] = None\n"
        "from fastcors.__main__ import main; main()"
    )
    ran = run_apart("fetch", "http://127.0.0.1:9/", "-o", "http://app.example.com", code=code)
    assert ran.status == 2
    assert ran.complained.endswith("run: pip install 'fastcors[cli,testing]'\n")


def test_fastcors_does_not_import_the_command() -> None:
    code = (
        "import sys, fastcors\n"
        "print([name for name in sys.modules if name.startswith(('fastcors._command', 'typer', 'rich'))])"
    )
    assert run_apart(code=code).printed == "[]\n"


def test_only_a_fetch_imports_the_browser() -> None:
    code = "import sys, fastcors._command.main\nprint('fastcors.testing.browser' in sys.modules)"
    assert run_apart(code=code).printed == "False\n"


def test_the_version_is_shown() -> None:
    import fastcors

    assert run("--version").printed == f"fastcors {fastcors.__version__}\n"
