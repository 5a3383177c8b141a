"""`patch_starlette` replaces Starlette's class for the whole process; each test has a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import fastcors

# What scripts import: a third party's module, written for Starlette's class.
MODULES = {
    "early.py": """
        from starlette.middleware.cors import CORSMiddleware

        def builds():
            return CORSMiddleware
    """,
    "early_by_fastapi.py": """
        from fastapi.middleware.cors import CORSMiddleware as Renamed
    """,
    "through_the_module.py": """
        from starlette.middleware import cors

        def builds():
            return cors.CORSMiddleware
    """,
    "subclass.py": """
        from starlette.middleware.cors import CORSMiddleware as _Base

        class Tenants(_Base):
            def is_allowed_origin(self, origin):
                return origin.endswith(".example.com")

        del _Base
    """,
    "lazy.py": """
        def __getattr__(name):
            raise AssertionError(f"the module was asked for {name}")
    """,
    # In a small form what Gradio does: its layer allows every origin, with credentials, but steps
    # aside where the application that it is mounted in has a CORS middleware.
    "dashboard.py": """
        from starlette.applications import Starlette
        from starlette.datastructures import Headers, MutableHeaders
        from starlette.responses import PlainTextResponse
        from starlette.routing import Route

        class Permissive:
            def __init__(self, app, parent):
                self.app, self.parent = app, parent

            def parent_has_cors(self):
                from starlette.middleware.cors import CORSMiddleware

                return any(entry.cls is CORSMiddleware for entry in self.parent.user_middleware)

            async def __call__(self, scope, receive, send):
                origin = Headers(scope=scope).get("origin")

                async def send_with_headers(message):
                    if message["type"] == "http.response.start":
                        headers = MutableHeaders(scope=message)
                        headers["access-control-allow-origin"] = origin
                    await send(message)

                permits = origin is not None and not self.parent_has_cors()
                await self.app(scope, receive, send_with_headers if permits else send)

        def mount(parent):
            app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("dashboard"))])
            app.add_middleware(Permissive, parent=parent)
            parent.mount("/dashboard", app)
    """,
}
START = """
    import sys
    import warnings

    warnings.simplefilter("error")
    # What an older Starlette still imports from a newer anyio is no concern of these tests.
    warnings.filterwarnings("ignore", category=DeprecationWarning, message="The anyio")
    import fastcors
    from fastcors import ConfigWarning, CORSMiddleware, patch_starlette, unpatch_starlette


    def patch_with_warning():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = patch_starlette()
        (warning,) = caught
        assert warning.category is ConfigWarning
        assert warning.filename == __file__
        return found, str(warning.message)


    def readable(app, origin, path="/dashboard/"):
        from starlette.testclient import TestClient

        return TestClient(app).get(path, headers={"Origin": origin}).headers.get_list(
            "access-control-allow-origin"
        )
"""


class Folder:
    """A folder with the modules, and scripts that are run in there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in MODULES.items():
            (path / name).write_text(textwrap.dedent(text))

    def run(self, script: str) -> None:
        """Run a script, the assertions in which are the test's."""
        file = self.path / "script.py"
        file.write_text(textwrap.dedent(START) + "\n" + textwrap.dedent(script))
        finished = subprocess.run(
            [sys.executable, str(file)],
            cwd=self.path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_whoever_imports_starlettes_class_later_gets_ours(folder: Folder) -> None:
    folder.run("""
        assert patch_starlette() == []
        import early, through_the_module

        assert "fastapi" not in sys.modules
        import early_by_fastapi
        from fastapi.middleware import cors
        from starlette.middleware.cors import CORSMiddleware as Later

        assert early.builds() is CORSMiddleware
        assert through_the_module.builds() is CORSMiddleware
        assert early_by_fastapi.Renamed is CORSMiddleware
        assert cors.CORSMiddleware is Later is CORSMiddleware
    """)


def test_what_was_imported_before_is_patched_in_starlette_and_fastapi(folder: Folder) -> None:
    folder.run("""
        import fastapi.middleware.cors, starlette.middleware.cors, through_the_module

        assert patch_starlette() == []
        assert fastapi.middleware.cors.CORSMiddleware is CORSMiddleware
        assert starlette.middleware.cors.CORSMiddleware is CORSMiddleware
        assert through_the_module.builds() is CORSMiddleware
        # What else is in there stays.
        assert starlette.middleware.cors.ALL_METHODS[0] == "DELETE"
    """)


def test_a_second_patch_changes_nothing(folder: Folder) -> None:
    folder.run("""
        import early

        found, _ = patch_with_warning()
        assert patch_starlette() == found == ["early.CORSMiddleware"]
        unpatch_starlette()
        from starlette.middleware.cors import CORSMiddleware as restored

        assert restored is early.CORSMiddleware is not CORSMiddleware
    """)


def test_modules_that_hold_the_class_are_named_and_left_alone(folder: Folder) -> None:
    folder.run("""
        import early, early_by_fastapi
        from starlette.middleware.cors import CORSMiddleware as Mine

        found, text = patch_with_warning()
        assert found == ["__main__.Mine", "early.CORSMiddleware", "early_by_fastapi.Renamed"]
        assert text.startswith(
            "fastcors: Starlette's CORSMiddleware was imported before patch_starlette(), "
            "as __main__.Mine, early.CORSMiddleware, early_by_fastapi.Renamed; "
        )
        assert text.endswith("; call patch_starlette() earlier, or import them later")
        assert early.builds() is early.CORSMiddleware is early_by_fastapi.Renamed is Mine
        assert Mine is not CORSMiddleware
    """)


def test_of_many_modules_the_warning_names_some_and_the_list_has_all(folder: Folder) -> None:
    folder.run("""
        import types
        import early

        for number in range(30):
            module = types.ModuleType(f"many{number:02}")
            module.Class = early.CORSMiddleware
            sys.modules[module.__name__] = module
        found, text = patch_with_warning()
        assert len(found) == 31
        assert "many08.Class and 21 more; " in text
        assert "many09" not in text
    """)


def test_a_warning_that_raises_leaves_starlette_as_it_is(folder: Folder) -> None:
    folder.run("""
        import early
        from starlette.middleware import cors

        for _ in range(2):
            try:
                patch_starlette()
            except ConfigWarning:
                assert cors.CORSMiddleware is early.CORSMiddleware
            else:
                raise AssertionError("it raised nothing")
    """)


def test_looking_for_modules_runs_none_of_their_code(folder: Folder) -> None:
    folder.run("""
        import lazy, types

        class Odd:
            __slots__ = ()

        sys.modules["odd"] = Odd()
        sys.modules["none"] = None
        assert patch_starlette() == []
    """)


def test_a_subclass_that_was_defined_before_stays_starlettes(folder: Folder) -> None:
    folder.run("""
        import subclass
        from starlette.applications import Starlette

        before = subclass.Tenants.__mro__
        assert patch_starlette() == []
        assert subclass.Tenants.__mro__ == before
        assert not issubclass(subclass.Tenants, CORSMiddleware)
        app = Starlette()
        app.add_middleware(subclass.Tenants)
        assert readable(app, "https://a.example.com") == ["https://a.example.com"]
        assert readable(app, "https://evil.example") == []
        # One that is defined now is ours.
        del sys.modules["subclass"]
        import subclass

        assert issubclass(subclass.Tenants, CORSMiddleware)
        app = Starlette()
        app.add_middleware(subclass.Tenants)
        assert readable(app, "https://a.example.com") == ["https://a.example.com"]
        assert readable(app, "https://evil.example") == []
    """)


@pytest.mark.parametrize("fastapi", ["before", "between", "never"])
def test_unpatching_restores_both_places(folder: Folder, fastapi: str) -> None:
    folder.run(f"""
        from starlette.middleware import cors

        original = cors.CORSMiddleware
        del cors
        if {fastapi == "before"}:
            import fastapi.middleware.cors
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            patch_starlette()
        if {fastapi == "between"}:
            import fastapi.middleware.cors
        for _ in range(2):
            unpatch_starlette()
            from starlette.middleware.cors import CORSMiddleware as by_starlette

            assert by_starlette is original
        import fastapi.middleware.cors

        assert fastapi.middleware.cors.CORSMiddleware is original
        # And again.
        del by_starlette, original
        assert patch_starlette() == []
        assert fastapi.middleware.cors.CORSMiddleware is CORSMiddleware
    """)


def test_unpatching_what_is_not_patched_does_nothing(folder: Folder) -> None:
    folder.run("""
        unpatch_starlette()
        assert "starlette" not in sys.modules
        from starlette.middleware.cors import CORSMiddleware as theirs

        unpatch_starlette()
        import starlette.middleware.cors

        assert starlette.middleware.cors.CORSMiddleware is theirs
    """)


def test_what_was_imported_while_it_was_patched_keeps_ours(folder: Folder) -> None:
    folder.run("""
        patch_starlette()
        import early

        unpatch_starlette()
        assert early.builds() is CORSMiddleware
    """)


def test_what_somebody_else_put_there_later_is_not_undone(folder: Folder) -> None:
    folder.run("""
        import starlette.middleware.cors

        class Theirs:
            pass

        patch_starlette()
        starlette.middleware.cors.CORSMiddleware = Theirs
        unpatch_starlette()
        assert starlette.middleware.cors.CORSMiddleware is Theirs
        # A patch of that restores that.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert patch_starlette() == ["__main__.Theirs"]
        unpatch_starlette()
        assert starlette.middleware.cors.CORSMiddleware is Theirs
    """)


def test_a_mounted_dashboard_finds_the_patched_class_and_adds_no_cors_of_its_own(
    folder: Folder,
) -> None:
    folder.run("""
        from starlette.applications import Starlette
        import dashboard

        ours, evil = "https://app.example.com", "https://evil.example"

        def mounted(add):
            parent = Starlette()
            add(parent)
            dashboard.mount(parent)
            return parent

        adding = {
            "added": lambda app: app.add_middleware(CORSMiddleware, allow_origins=[ours]),
            "installed": lambda app: fastcors.install(app, allow_origins=[ours]),
        }
        for add in adding.values():
            # It does not know our class, and its layer inside allows everyone.
            assert readable(mounted(add), evil) == [evil]
        patch_starlette()
        for add in adding.values():
            assert readable(mounted(add), ours) == [ours]
            assert readable(mounted(add), evil) == []
        # Without a CORS middleware it still allows everyone.
        assert readable(mounted(lambda app: None), evil) == [evil]
    """)


def test_an_application_of_fastapi_that_names_starlettes_class_runs_ours(folder: Folder) -> None:
    folder.run("""
        patch_starlette()
        from fastapi import FastAPI
        from fastapi.middleware.cors import CORSMiddleware as Named

        app = FastAPI()
        app.add_middleware(Named, allow_origins=["https://*.example.com"], allow_credentials=True)
        # A pattern, which Starlette has not.
        assert readable(app, "https://a.example.com", "/docs") == ["https://a.example.com"]
        assert type(app.middleware_stack.app.app.app) is CORSMiddleware, app.middleware_stack
    """)


def test_without_starlette_it_says_what_to_install(folder: Folder) -> None:
    folder.run("""
        sys.modules["starlette"] = None
        for _ in range(2):
            try:
                patch_starlette()
            except ModuleNotFoundError as error:
                assert str(error).startswith("fastcors: patch_starlette() replaces a class of Starlette")
                assert "pip install starlette" in str(error)
                assert error.name == "starlette"
            else:
                raise AssertionError("it raised nothing")
        unpatch_starlette()
    """)


def test_the_import_of_the_package_imports_no_starlette(folder: Folder) -> None:
    folder.run("""
        assert not [name for name in sys.modules if name.partition(".")[0] in ("starlette", "fastapi")]
        try:
            fastcors.install(object())
        except TypeError:
            pass
        assert "starlette" not in sys.modules
    """)


def test_the_package_offers_both() -> None:
    assert {"patch_starlette", "unpatch_starlette"} <= set(fastcors.__all__)
