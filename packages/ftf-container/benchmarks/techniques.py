"""Ways to make one function out of the transient chain of six, from the simplest to the quickest.

They show what generated source is worth; every one of them is called in the same way.
"""

from collections.abc import Callable
from types import FunctionType

from chain import Engine, Handler, Repository, Service, Session, Settings
from stopwatch import Loop

type Build = Callable[[], object]

LINKS: tuple[Callable[..., object], ...] = (
    Settings,
    Engine,
    Session,
    Repository,
    Service,
    Handler,
)


def by_hand() -> Build:
    """Nest the constructor calls."""
    return lambda: Handler(Service(Repository(Session(Engine(Settings())))))


def any_number_of_arguments() -> Build:
    """Make a closure for each service that builds a list of arguments."""

    def closure(factory: Callable[..., object], *arguments: Build) -> Build:
        return lambda: factory(*[argument() for argument in arguments])

    return _linked(lambda factory, *below: _with_own_code(closure(factory, *below)))


def closures() -> Build:
    """Make a closure for each service; those with as many arguments share their code."""
    return _linked(_closure)


def closures_with_own_code() -> Build:
    """Copy the code, so that the interpreter specialises it for each service."""
    return _linked(lambda factory, *below: _with_own_code(_closure(factory, *below)))


def source_for_each_service() -> Build:
    """Write the source of a function for each service."""

    def write(factory: Callable[..., object], *below: Build) -> Build:
        call = "factory(below())" if below else "factory()"
        names = {"factory": factory, "below": below[0] if below else None}
        exec(f"def build(): return {call}", names)  # noqa: S102  # what is measured
        return names["build"]  # type: ignore[return-value]  # exec defined it

    return _linked(write)


def source_for_the_graph() -> Build:
    """Write the source of one function, a line for each service, as ftf-container does."""
    names: dict[str, object] = {f"v{place}": link for place, link in enumerate(LINKS)}
    lines = ["def build():", "  x0 = v0()"]
    lines += (f"  x{place} = v{place}(x{place - 1})" for place in range(1, len(LINKS)))
    exec("\n".join([*lines, f"  return x{len(LINKS) - 1}"]), names)  # noqa: S102  # what is measured
    return names["build"]  # type: ignore[return-value]  # exec defined it


def loop_of(build: Build) -> Loop[object]:
    """Repeat a build, in a loop that has code of its own for the same reason."""

    def loop(times: int) -> object:
        for _ in range(times):
            made = build()
        return made

    return _with_own_code(loop)


TECHNIQUES = (
    by_hand,
    source_for_the_graph,
    source_for_each_service,
    closures_with_own_code,
    closures,
    any_number_of_arguments,
)


def _linked(technique: Callable[..., Build]) -> Build:
    build = technique(LINKS[0])
    for link in LINKS[1:]:
        build = technique(link, build)
    return build


def _closure(factory: Callable[..., object], *below: Build) -> Build:
    if not below:
        return lambda: factory()  # noqa: PLW0108  # a closure like the others
    (argument,) = below
    return lambda: factory(argument())


def _with_own_code[F: Callable[..., object]](function: F) -> F:
    code, names = function.__code__.replace(), function.__globals__  # type: ignore[attr-defined]
    closure = function.__closure__  # type: ignore[attr-defined]
    return FunctionType(code, names, closure=closure)  # type: ignore[return-value]
