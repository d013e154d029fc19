"""The program `ftf`: it parses the command line, runs the command, and reports its failure."""

import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from inspect import isawaitable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from ..exceptions import DependencyResolutionError
from ._exit import FAILED, INTERRUPTED, TERMINATED, WRONG_USAGE, Exit
from ._session import Session, set_environment
from .parameters._parser import Commands

if TYPE_CHECKING:
    from .parameters._leaf import Call


def run(arguments: Sequence[str]) -> int:
    """Run a command line, and return its exit code."""
    session = Session()
    try:
        call = parse(arguments, session)
        code = call if isinstance(call, int) else _end(_run(call, session), session)
        sys.stdout.flush()
    except BrokenPipeError:
        # Its reader, such as `head`, has ended. Python would flush once more at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except BaseException as error:  # noqa: BLE001  # reported, with an exit code
        return report(error, session)
    return code


async def arun(arguments: Sequence[str], session: Session) -> int:
    """Run a command line in the running event loop, and return its exit code."""
    try:
        call = parse(arguments, session)
        code = call if isinstance(call, int) else _end(await _arun(call, session), session)
    except Exception as error:  # noqa: BLE001  # reported, with an exit code
        return report(error, session)
    return code


def parse(arguments: Sequence[str], session: Session) -> "Call | int":
    """Return the command that a command line names, or the exit code if it asks for help.

    Raises:
        ClickException: The command line is wrong.
        Exit: The project's settings are wrong, or a command cannot be loaded.
    """
    root = Commands((), params=_options(), help="Commands of this project and of its packages.")
    found = root.main(
        list(arguments),
        prog_name="ftf",
        obj=session,
        standalone_mode=False,
        windows_expand_args=False,
    )
    return cast("Call | int", found)


def report(error: BaseException, session: Session) -> int:
    """Write why a command failed, and return the exit code."""
    code, text = FAILED, str(error)
    match error:
        case Exit():
            code = error.code
            if text:
                (session.console.error if code else session.console.note)(text)
        case click.ClickException():
            code, text = WRONG_USAGE, error.format_message()
            error.show()
        case click.Abort() | KeyboardInterrupt():
            code, text = INTERRUPTED, "Interrupted."
            session.console.note(text)
        case SystemExit():
            code = error.code if isinstance(error.code, int) else FAILED
        case DependencyResolutionError():
            session.console.error(text)
        case _:
            from traceback import print_exception

            print_exception(error)
    session.console.end(code, text)
    return code


def _end(result: object, session: Session) -> int:
    from ._run import code_of

    code = code_of(result)
    session.console.end(code)
    return code


def _run(call: "Call", session: Session) -> object:
    from ._run import named, needs_application, run_alone, run_within

    with named(call):
        if needs_application(call):
            return in_loop(run_within(call, session))
        result = run_alone(call, session)
        return in_loop(result) if isawaitable(result) else result


async def _arun(call: "Call", session: Session) -> object:
    from ._run import named, needs_application, run_alone, run_within

    with named(call):
        if needs_application(call):
            return await run_within(call, session)
        result = run_alone(call, session)
        return await result if isawaitable(result) else result


def in_loop[T](work: Awaitable[T]) -> T:
    """Await work in a new event loop. SIGINT and SIGTERM cancel it, so that it is cleaned up.

    Raises:
        Exit: It was terminated.
        KeyboardInterrupt: It was interrupted.
    """
    import asyncio
    import signal

    async def cancelled_by_signals() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        terminated = False

        def terminate() -> None:
            nonlocal terminated
            terminated = True
            loop.remove_signal_handler(signal.SIGTERM)  # a second one ends the process at once
            cast("asyncio.Task[T]", task).cancel()

        # Windows has no such handlers, and only the main thread may set them.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signal.SIGTERM, terminate)
        try:
            return await work
        except asyncio.CancelledError:
            if terminated:
                raise Exit("Terminated.", TERMINATED) from None
            raise

    return asyncio.run(cancelled_by_signals())


type _Set = Callable[[Session, str], object]


def _options() -> list[click.Parameter]:
    """Return the options that stand before the command."""
    return [
        _option("--app", _set("target"), "The application, as module:attribute or module:make()."),
        _option("--env", lambda _, value: set_environment(value), "The environment (FTF_ENV)."),
        _option("--project", _set_start, "The folder of the project; by default this one."),
        _flag("--json", _set_console("is_json"), "Write one JSON document to stdout."),
        _flag("--no-color", _set_console("_color", value=False), "Use no colors."),
        _flag("-q", _set_console("quiet"), "Leave out notes.", "--quiet"),
        _flag("-v", _set_console("verbose"), "Write more.", "--verbose"),
        _flag("--version", _show_version, "Show the versions, and exit."),
    ]


def _option(name: str, change: _Set, text: str) -> click.Option:
    def apply(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            change(ctx.ensure_object(Session), value)

    # Eager, so that they hold for --help, too.
    return click.Option([name], expose_value=False, is_eager=True, callback=apply, help=text)


def _flag(name: str, change: _Set, text: str, *names: str) -> click.Option:
    def apply(ctx: click.Context, _: click.Parameter, value: bool | None) -> None:  # noqa: FBT001  # click's
        if value:
            change(ctx.ensure_object(Session), "")

    return click.Option(
        [name, *names], is_flag=True, expose_value=False, is_eager=True, callback=apply, help=text
    )


def _set(attribute: str) -> _Set:
    return lambda session, value: setattr(session, attribute, value)


def _set_start(session: Session, value: str) -> None:
    if not Path(value).is_dir():
        raise Exit(f"--project {value!r} is not a folder.", WRONG_USAGE)
    session.start = Path(value)


def _set_console(attribute: str, *, value: bool = True) -> _Set:
    return lambda session, _: setattr(session.console, attribute, value)


def _show_version(session: Session, _: str) -> None:
    for name, version in versions():
        session.console.line(f"{name} {version}")
    session.console.document(versions=dict(versions()))
    session.console.end(0)
    click.get_current_context().exit()


def versions() -> list[tuple[str, str]]:
    """Return the names and versions of the installed packages of the framework."""
    from importlib.metadata import distributions

    found = {each.name: each.version for each in distributions() if each.name.startswith("ftf-")}
    return sorted(found.items())
