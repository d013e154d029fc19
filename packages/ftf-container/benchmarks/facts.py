"""What is exact, or compared with a fixed limit instead of with other libraries."""

import gc
from asyncio import Runner
from collections.abc import Coroutine
from inspect import CO_COROUTINE, CO_ITERABLE_COROUTINE

from chain import Handler
from contenders import ftf
from recorder import recording
from registrations import first_requests_milliseconds, scope_ratios
from start_up import foreign_modules, import_milliseconds
from stopwatch import collector_off
from thousand import first_use_milliseconds

SCOPES = 1000


def facts() -> list[tuple[str, str, str]]:
    """Establish every fact: its name, what was found, and what is wanted."""
    foreign = ", ".join(sorted(foreign_modules("ftf.container"))) or "none"
    return [
        ("coroutines started by `aresolve` of the chain of six", str(coroutines()), "1"),
        (f"objects for the garbage collector after {SCOPES} requests", str(garbage()), "0"),
        (
            "ms to validate 1,000 services and resolve each",
            f"{first_use_milliseconds():.1f}",
            "< 100",
        ),
        (
            "times the cost of a scope: with 1, 100 and 1,000 services",
            ", ".join(f"{ratio:.2f}" for ratio in scope_ratios()),
            "< 1.10",
        ),
        (
            "ms for 20,100 requests that build 200 singletons on 200 routes",
            f"{first_requests_milliseconds():.0f}",
            "< 250",
        ),
        ("ms that the import adds", f"{import_milliseconds('ftf.container'):.1f}", "< 25"),
        ("modules imported from outside the standard library", foreign, "none"),
    ]


def coroutines() -> int:
    """Count the coroutines of one `aresolve`, which is driven without an event loop.

    One that is made and not started would show as a RuntimeWarning.
    """
    container = ftf.chained()
    _drive(container.aresolve(Handler))
    with recording() as started:
        _drive(container.aresolve(Handler))
    return sum(bool(code.co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE)) for code in started)


def garbage() -> int:
    """Count the objects that only the collector could free after many scopes."""
    loop = ftf.request()

    async def found() -> int:
        await loop(1)
        with collector_off():
            await loop(SCOPES)
            return gc.collect()

    with Runner() as runner:
        return runner.run(found())


def _drive(coroutine: Coroutine[object, None, object]) -> None:
    """Run a coroutine that never waits.

    Raises:
        RuntimeError: It waited.
    """
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("resolving a sync graph waited for something")
