"""`ftf serve`."""

import webbrowser
from contextlib import suppress
from logging import getLogger
from socket import create_connection
from threading import Thread
from time import monotonic, sleep
from typing import Annotated

from ftf.container.cli import Application, Console, Exit, Option, Project
from ftf.container.environment import Environment

_WRONG_USAGE = 2
_LAST_PORT = 65_535
_OPEN_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.1


def serve(
    *,
    host: Annotated[str, Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, Option(help="The port.", short="p", min=0, max=_LAST_PORT)] = 8000,
    reload: Annotated[
        bool | None, Option(help="Start anew on changes; by default in local.")
    ] = None,
    workers: Annotated[int, Option(help="The number of processes.", min=1)] = 1,
    open_: Annotated[bool, Option(help="Show the documentation in a browser.")] = False,
    application: Application,
    project: Project | None,
    environment: Environment,
    console: Console,
) -> None:
    """Serve the application by uvicorn."""
    try:
        import uvicorn  # noqa: PLC0415  # an extra
    except ModuleNotFoundError:
        raise Exit("ftf serve needs uvicorn: pip install 'ftf-http[cli]'") from None
    if reload and workers > 1:
        raise Exit("--reload watches one process: leave out --workers.", _WRONG_USAGE)
    reloads = environment is Environment.LOCAL and workers == 1 if reload is None else reload
    if not reloads:
        application.app  # noqa: B018  # an application that cannot be imported is no server
    console.note(f"Serving {application} in {environment}: {_url(host, port)}")
    if open_:
        Thread(target=open_once_served, args=(host, port), daemon=True).start()
    path = str(project.path) if project else "."
    uvicorn.run(
        application.target.removesuffix("()"),
        factory=application.target.endswith("()"),
        app_dir=path,
        host=host,
        port=port,
        reload=reloads,
        reload_dirs=[path] if reloads else None,
        workers=workers,
        log_config=_log_config(),
    )


def open_once_served(host: str, port: int, seconds: float = _OPEN_SECONDS) -> None:
    """Open the documentation in a browser as soon as the server takes connections.

    Args:
        host: Where it listens.
        port: The port.
        seconds: How long it may take to start.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # not an address
    end = monotonic() + seconds
    while monotonic() < end:
        with suppress(OSError), create_connection((host, port), timeout=seconds):
            webbrowser.open(_url(host, port))
            return
        sleep(_LOOK_AGAIN_SECONDS)


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/docs"


def _log_config() -> dict[str, object] | None:
    """Return what uvicorn configures in each process: its own loggers, unless the user has."""
    if any(getLogger(name).handlers for name in ("", "uvicorn", "uvicorn.access")):
        return None
    own = {"handlers": ["ftf"], "level": "INFO", "propagate": False}
    below = {"filters": ["paths"], "level": "INFO", "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"paths": {"()": "ftf.container.logs.AccessFilter"}},
        "handlers": {"ftf": {"class": "ftf.container.logs.LogHandler"}},
        "loggers": {
            "uvicorn": own,
            "uvicorn.access": below,
            "uvicorn.error": below,
        },
    }
