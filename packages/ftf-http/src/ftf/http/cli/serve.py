"""`ftf serve`."""

from logging import getLogger
from typing import Annotated

from ftf.container.cli import Application, Console, Exit, Option, Project
from ftf.container.environment import Environment

_WRONG_USAGE = 2
_LAST_PORT = 65_535


def serve(  # noqa: PLR0913  # the options of one command
    *,
    host: Annotated[str, Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, Option(help="The port.", short="p", min=0, max=_LAST_PORT)] = 8000,
    reload: Annotated[
        bool | None, Option(help="Start anew on changes; by default in local.")
    ] = None,
    workers: Annotated[int, Option(help="The number of processes.", min=1)] = 1,
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
    console.note(f"Serving {application} in {environment}: http://{host}:{port}/docs")
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


def _log_config() -> dict[str, object] | None:
    """Return what uvicorn configures in each process: its own loggers, unless the user has."""
    if any(getLogger(name).handlers for name in ("", "uvicorn", "uvicorn.access")):
        return None
    own = {"handlers": ["ftf"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"paths": {"()": "ftf.container.logs.AccessFilter"}},
        "handlers": {"ftf": {"class": "ftf.container.logs.LogHandler"}},
        "loggers": {
            "uvicorn": own,
            "uvicorn.access": {"filters": ["paths"]},
            "uvicorn.error": {"filters": ["paths"]},
        },
    }
