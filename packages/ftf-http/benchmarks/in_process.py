"""The rows in one process: CPU time of a call of each application, in turns."""

import asyncio
import gc
import importlib
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import product
from typing import Protocol, cast

from calls import call, check, cost, scope_of, started
from rows import LAST, ROWS
from starlette.types import ASGIApp
from table import Times, print_table

BASE = "plain_fastapi"


class Framework(Protocol):
    """The module of a contender."""

    __name__: str
    PLACES: Sequence[str]
    app: ASGIApp

    def with_routes(self, number: int, **options: bool) -> ASGIApp:
        """Make an application with routes."""
        ...


def measure_rows(names: Sequence[str], rounds: int, number: int) -> None:
    """Print what a request costs, for each row and for each place of its route."""
    asyncio.run(_rows([*map(_module, names)], rounds, number))


def measure_numbers_of_routes(names: Sequence[str], rounds: int, number: int) -> None:
    """Print what a request for the last one of 1, 100 and 1,000 routes costs."""
    asyncio.run(_routes([*map(_module, names)], rounds, number))


def measure_starts(names: Sequence[str], rounds: int) -> None:
    """Print the CPU time until an application of 1,000 routes has answered its first request."""
    modules = [*map(_module, names)]
    times: Times = {}
    for _ in range(rounds):
        for module, routers in _variants(modules):
            gc.collect()  # what the contender before has left
            before = time.process_time()
            asyncio.run(_first_answer(_made(module, 1_000, routers)))
            taken = time.process_time() - before
            times.setdefault(("1,000 routes", _label(module, routers)), []).append(taken)
    print_table("CPU ms until 1,000 routes have answered a request", times, BASE, 1e3)


async def _rows(modules: Sequence[Framework], rounds: int, number: int) -> None:
    times: Times = {}
    async with AsyncExitStack() as stack:
        for module in modules:
            await stack.enter_async_context(started(module.app))
        cases = [(module, place) for module in modules for place in module.PLACES]
        for row, (module, place) in product(ROWS, cases):
            await check(module.app, row, place)
            await call(module.app, scope_of(row, place), row.body, 50)
        for _, row in product(range(rounds), ROWS):
            for module, place in cases:
                taken = await cost(module.app, scope_of(row, place), row.body, number)
                times.setdefault((row.name, _named(module) + place), []).append(taken)
    print_table("CPU µs of a request in process", times, BASE)


async def _routes(modules: Sequence[Framework], rounds: int, number: int) -> None:
    times: Times = {}
    made: dict[tuple[str, str], ASGIApp] = {}
    async with AsyncExitStack() as stack:
        for routes, (module, routers) in product((1, 100, 1_000), _variants(modules)):
            app = _made(module, routes, routers)
            await stack.enter_async_context(started(app))
            await check(app, LAST)
            made[f"{routes:,} routes", _label(module, routers)] = app
        for _ in range(rounds):
            for key, app in made.items():
                times.setdefault(key, []).append(await cost(app, scope_of(LAST), b"", number))
    print_table("CPU µs of a request for the last route, in process", times, BASE)


async def _first_answer(app: ASGIApp) -> None:
    async with started(app):
        await check(app, LAST)


def _variants(modules: Sequence[Framework]) -> Iterator[tuple[Framework, bool]]:
    """Return the modules, and once more those that have routers, with routes in routers."""
    for module in modules:
        yield module, False
        if len(module.PLACES) > 1:
            yield module, True


def _made(module: Framework, number: int, routers: bool) -> ASGIApp:  # noqa: FBT001  # a variant
    options = {"routers": True} if routers else {}
    return module.with_routes(number, **options)


def _label(module: Framework, routers: bool) -> str:  # noqa: FBT001  # a variant
    return f"{_named(module)}/routers" if routers else _named(module)


def _named(module: Framework) -> str:
    return str(module.__name__.removeprefix("contenders."))


def _module(name: str) -> Framework:
    return cast("Framework", importlib.import_module(f"contenders.{name}"))
