"""How FastAPI calls a handler or a dependency: it awaits it or runs it in a thread."""

from collections.abc import Callable, Iterator
from functools import partial
from inspect import (
    isasyncgenfunction,
    isclass,
    iscoroutinefunction,
    isgeneratorfunction,
    isroutine,
    unwrap,
)

type Call = Callable[..., object]


def yields(call: Call) -> bool:
    """Return whether a function or the function it wraps is a generator function."""
    return any(isgeneratorfunction(each) or isasyncgenfunction(each) for each in _forms(call))


def is_awaited(call: Call) -> bool:
    """Return whether FastAPI awaits a function; it runs any other in a thread."""
    return any(map(iscoroutinefunction, _forms(call)))


def unwrapped(call: Call) -> Call:
    """Return the function under wrappers and `functools.partial`."""
    function: Call = unwrap(_without_partial(call))
    return function


def _forms(call: Call) -> Iterator[Call]:
    """Return the functions that decide how something is called.

    They are the function under `functools.partial`, the one under wrappers, and for an object that
    is neither a function nor a class the same of its `__call__`.
    """
    plain, inner = _without_partial(call), unwrapped(call)
    for form in (plain, inner):
        if isroutine(form):
            yield form
        elif not isclass(inner):
            method: Call = type(form).__call__.__get__(form)
            yield from (_without_partial(method), unwrapped(method))


def _without_partial(call: Call) -> Call:
    while isinstance(call, partial):
        call = call.func
    return call
