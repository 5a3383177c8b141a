"""The description of one application: what to install, how to start it, what to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .comparison import Varying
from .requests import Request


@dataclass(frozen=True)
class OwnTests:
    """Tests from an application's source distribution.

    Args:
        paths: the files and folders for pytest, relative to the distribution's folder.
        install: the distributions that the tests need, with versions.
        from_source: the distributions that have no wheel.
        options: more options for pytest.
    """

    paths: tuple[str, ...]
    install: tuple[str, ...]
    from_source: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Application:
    """A published application, how to start it and what to send.

    Args:
        name: its name in the table and on the command line.
        distribution: the distribution whose version the table shows.
        install: the requirements for pip, with versions.
        installed_in: the name of another application with the same environment.
        from_source: the distributions that have no wheel.
        command: the command that starts the server. `{python}` is the interpreter of its
            environment, `{port}` the port and `{folder}` the folder that it runs in.
        files: the files in that folder, text by name.
        environment: more environment variables. `{folder}` is that folder.
        requests: the requests to send, in this order.
        varying: what differs between two runs of it.
        own_tests: its own tests, if it publishes any that use the middleware.
        cannot_run: why it cannot run without a network or on this machine. The table then shows
            "not run", and this reason follows it.
    """

    name: str
    distribution: str
    install: tuple[str, ...]
    command: tuple[str, ...]
    requests: tuple[Request, ...]
    installed_in: str | None = None
    from_source: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    varying: Varying = Varying()
    own_tests: OwnTests | None = None
    cannot_run: str | None = None
