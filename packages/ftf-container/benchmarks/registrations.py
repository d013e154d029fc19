"""Containers with few and with many services, to see what else their number costs."""

from asyncio import Runner
from collections.abc import Callable
from statistics import median
from time import process_time_ns

from stopwatch import AsyncLoop, async_timed, collector_off, measure

from ftf.container import Container, Lifetime

NUMBERS = 1, 100, 1000
LIFETIMES: tuple[Lifetime, ...] = ("singleton", "scoped", "transient")
ROUTES = 200


class Connection:
    """Has to be closed when the scope ends."""

    async def close(self) -> None:
        """Do as if."""


def scope_ratios(rounds: int = 50) -> list[float]:
    """Compare a scope of containers with more and more services with that of the first one."""
    with Runner() as runner:
        loops = [async_timed(_scope(_container(number)), runner) for number in NUMBERS]
        return [measured.ratio for measured in measure(loops, rounds)]


def first_requests_milliseconds(rounds: int = 5) -> float:
    """Measure the CPU time of an application's first requests.

    There are 200 routes, each with a singleton that is built when it is first wanted; after the
    first request of each route, one request of every route before it follows.
    """
    return median(_first_requests(*_application()) for _ in range(rounds)) / 1e6


def _container(number: int) -> Container:
    container = Container()
    container.register(Connection, scope="scoped")
    with container.scoped_context() as scope:
        for each in range(number):
            service = type(f"Service{each}", (), {})
            container.register(service, scope=LIFETIMES[each % 3])
            scope.resolve(service)
    return container


def _scope(container: Container) -> AsyncLoop[Connection]:
    async def loop(times: int) -> Connection:
        for _ in range(times):
            async with container.scoped_context() as scope:
                connection = scope.resolve(Connection)
        return connection

    return loop


def _application() -> tuple[Container, list[Callable[..., object]]]:
    container = Container()
    routes: list[Callable[..., object]] = []
    for number in range(ROUTES):
        service = type(f"Service{number}", (), {})
        container.register(service, scope="singleton")
        routes.append(_route(service))
    return container, routes


def _route(needed: type) -> Callable[..., object]:
    async def route(service: object) -> object:
        return service

    route.__annotations__["service"] = needed
    return route


def _first_requests(container: Container, routes: list[Callable[..., object]]) -> int:
    async def requests() -> int:
        started = process_time_ns()
        for number in range(ROUTES):
            for route in (routes[number], *routes[:number]):
                async with container.scoped_context() as scope:
                    await scope.acall(route)
        return process_time_ns() - started

    with Runner() as runner, collector_off():
        return runner.run(requests())
