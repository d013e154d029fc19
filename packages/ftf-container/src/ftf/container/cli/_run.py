"""The run of a command: its services are built, its units of work settled, everything closed."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from operator import attrgetter
from os import urandom
from typing import TYPE_CHECKING, cast

from .._correlation import Correlation
from .._span import span
from ..environment import Environment
from ..scopes._scope import Scope
from ._console import Console
from ._exit import FAILED, Exit
from ._session import Session
from .discovery._application import Application
from .discovery._index import CommandIndex
from .discovery._project import Project
from .parameters._markers import options_of
from .parameters._signature import CommandSignature

if TYPE_CHECKING:
    from .parameters._leaf import Call


@contextmanager
def named(call: "Call") -> Iterator[None]:
    """Name a command and this run of it in the log records that are written meanwhile."""
    fields = {"command": call.entry.name, "command_id": urandom(16).hex()}
    token = Correlation.of_records.set(lambda: fields)
    try:
        with span("ftf.command", **fields):
            yield
    finally:
        Correlation.of_records.reset(token)


def needs_application(call: "Call") -> bool:
    """Return whether a command asks for services of the application, or for its lifespan."""
    wanted = [each for each in call.signature.services.values() if _own(each) is None]
    return bool(wanted) or options_of(call.signature.function).lifespan


def run_alone(call: "Call", session: Session) -> object:
    """Call a command that needs nothing of the application. The result may have to be awaited."""
    return call.signature.function(**call.given, **_own_services(call, session))


async def run_within(call: "Call", session: Session) -> object:
    """Call a command in a scope of the application's container, and settle its units of work.

    Raises:
        DependencyResolutionError: A service cannot be built; the command was not called.
        Exception: What the command or a commit raised.
    """
    application = session.application
    container, given = application.container, call.given | _own_services(call, session)
    async with AsyncExitStack() as stack:
        if options_of(call.signature.function).lifespan:
            await stack.enter_async_context(_lifespan(application))
        elif not application.is_given:
            await stack.enter_async_context(container)
        await container.boot()
        scope = await stack.enter_async_context(
            container.scoped_context({Console: session.console, Environment: session.environment})
        )
        return await _settled(scope, scope.acall(call.signature.function, **given))


def code_of(result: object) -> int:
    """Return the exit code of what a command returned.

    Raises:
        Exit: It returned something else than None or an integer.
    """
    if result is None:
        return 0
    if isinstance(result, int) and not isinstance(result, bool):
        return result
    raise Exit(f"The command returned {result!r}: return None, or the exit code as an int.", FAILED)


async def _settled(scope: Scope, work: Awaitable[object]) -> object:
    """Await a command; commit its units of work if its exit code is 0, and else roll them back."""
    commit = False
    try:
        result = await work
        commit = code_of(result) == 0
    except Exit as end:
        commit = end.code == 0
        raise
    finally:
        await scope.units.settle(commit=commit)
    return result


def _lifespan(application: Application) -> AbstractAsyncContextManager[object]:
    app = application.app
    context = getattr(getattr(app, "router", None), "lifespan_context", None)
    if context is None:
        raise Exit(f"The application {application} has no lifespan, which this command asks for.")
    return cast("AbstractAsyncContextManager[object]", context(app))


def _own_services(call: "Call", session: Session) -> dict[str, object]:
    """Return what the command line itself has for the parameters that ask for it."""
    found = ((name, _own(hint)) for name, hint in call.signature.services.items())
    return {name: read(session) for name, read in found if read}


def own_parameters(signature: CommandSignature) -> list[str]:
    """Return the names of the parameters that the command line itself has values for."""
    return [name for name, hint in signature.services.items() if _own(hint)]


def _own(hint: object) -> "Callable[[Session], object] | None":
    # By identity and not by key: a type may not be hashable.
    return next((read for each, read in _OWN if each == hint), None)


_OWN: tuple[tuple[object, Callable[[Session], object]], ...] = (
    (Application, attrgetter("application")),
    (CommandIndex, attrgetter("index")),
    (Console, attrgetter("console")),
    (Environment, attrgetter("environment")),
    (Project, attrgetter("project")),
    (Project | None, attrgetter("found")),
)
