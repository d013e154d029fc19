"""Python in a scope of the application, with `await` at the top level."""

import ast
import asyncio
import builtins
import signal
from code import InteractiveConsole
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from inspect import iscoroutine
from pkgutil import walk_packages
from types import CodeType, FunctionType, ModuleType
from typing import Annotated, cast

from .._container import Container
from ..environment import Environment
from ..scopes._scope import Scope
from ._console import Console
from ._exit import Exit
from .discovery._application import Application
from .discovery._project import Project
from .parameters._markers import Option

type Write = Annotated[bool, Option(help="Open it in production, where it can change data.")]
type Names = dict[str, object]


def refuse_production(environment: Environment, *, write: bool) -> None:
    """Return unless code would run in production without the user's word.

    Raises:
        Exit: It would.
    """
    if environment is Environment.PRODUCTION and not write:
        raise Exit(
            "This is production, in which the code could change data: pass --write. "
            "Elsewhere, set FTF_ENV=local."
        )


async def names_of(
    application: Application,
    container: Container,
    scope: Scope,
    project: Project | None,
    console: Console,
) -> Names:
    """Return the names that the code has: app, container, scope, session, models, repositories.

    A class whose name is taken is left out, with a note; so is a module that cannot be imported.
    """
    names: Names = {"app": application.app, "container": container, "scope": scope}
    services = {each.name: each.key for each in container.graph().services}
    if "AsyncSession" in services:
        names["session"] = await scope.aresolve(services["AsyncSession"])  # type: ignore[arg-type]  # a key
    for found in _classes(project, console) if project else ():
        if found.__name__ in names or hasattr(builtins, found.__name__):
            console.note(f"{found.__module__}.{found.__name__} is left out: the name is taken.")
        else:
            names[found.__name__] = found
    return names


async def run_code(source: str, file: str, names: Names) -> None:
    """Run code that may await at its top level.

    Raises:
        Exception: What the code raised.
    """
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    await _run(compile(source, file, "exec", flags=flags), names | {"__name__": "__main__"})


async def interact(names: Names) -> None:
    """Read and run statements until the input ends. Ctrl-C cancels what is awaited."""
    loop = asyncio.get_running_loop()
    shell = _Shell(names, loop)
    with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows, or a thread
        loop.add_signal_handler(signal.SIGINT, shell.cancel)
    # Reading blocks, and the code has to run on this loop, which its connections belong to.
    await asyncio.to_thread(shell.interact, banner="", exitmsg="")


class _Shell(InteractiveConsole):
    """A console whose code runs on the loop of the application."""

    def __init__(self, names: Names, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._loop = loop
        self._running: set[asyncio.Task[object] | None] = set()

    def runcode(self, code: CodeType) -> None:
        """Run compiled code on the loop, and wait for it."""
        try:
            asyncio.run_coroutine_threadsafe(self._started(code), self._loop).result()
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001  # shown, as Python's own shell does
            self.showtraceback()

    def cancel(self) -> None:
        """Cancel what is awaited, if anything is."""
        for task in filter(None, self._running):
            task.cancel()

    async def _started(self, code: CodeType) -> None:
        self._running = {asyncio.current_task()}
        try:
            await _run(code, cast("Names", self.locals))
        finally:
            self._running = set()


async def _run(code: CodeType, names: Names) -> None:
    # As exec() does; without it, a class statement is a KeyError.
    names.setdefault("__builtins__", builtins)
    result = FunctionType(code, names)()
    if iscoroutine(result):
        await result


def _classes(project: Project, console: Console) -> Iterator[type]:
    """Return the models and repositories of a project."""
    package = f"{project.package}." if project.package else ""
    for name in (project.models, f"{package}repositories"):
        for module in _modules(name, console):
            for value in vars(module).values():
                if isinstance(value, type) and value.__module__ == module.__name__:
                    yield value


def _modules(name: str, console: Console) -> Iterator[ModuleType]:
    try:
        found = import_module(name)
        yield found
        for below in walk_packages(getattr(found, "__path__", ()), f"{name}."):
            yield import_module(below.name)
    except ModuleNotFoundError as error:
        if error.name != name:
            console.note(f"{name} is left out: {error!r}")
    except Exception as error:  # noqa: BLE001  # the shell is what one looks into it with
        console.note(f"{name} is left out: {error!r}")
