"""A container of a thousand services, to see what checking and compiling them costs."""

from collections.abc import Callable
from itertools import batched, cycle
from statistics import median
from time import process_time_ns

from singleton import Clock
from stopwatch import collector_off

from ftf.container import Container, Lifetime

NUMBER = 1000
LIFETIMES: tuple[Lifetime, ...] = ("singleton", "scoped", "transient")


def first_use_milliseconds(rounds: int = 11) -> float:
    """Measure the CPU time to validate a thousand services and resolve each for the first time."""
    return median(_first_use(*_registered()) for _ in range(rounds)) / 1e6


def _first_use(container: Container, services: list[type]) -> int:
    with collector_off():
        started = process_time_ns()
        container.validate()
        with container.scoped_context() as scope:
            for service in services:
                scope.resolve(service)
        return process_time_ns() - started


def _registered() -> tuple[Container, list[type]]:
    """Make chains of ten services, of which all but the first need the clock as well."""
    container = Container()
    container.register(Clock, scope="singleton")
    services: list[type] = []
    for chain, lifetime in zip(batched(range(NUMBER), 10, strict=True), cycle(LIFETIMES)):
        services.append(Clock)
        for number in chain:
            services.append(_service(f"Service{number}", services[-1]))
            container.register(services[-1], scope=lifetime)
    return container, services


def _service(name: str, needed: type) -> type:
    return type(name, (), {"__init__": _constructor(needed)})


def _constructor(needed: type) -> Callable[..., None]:
    def __init__(self: object, needed: object, clock: Clock) -> None:  # noqa: N807
        self.__dict__.update(needed=needed, clock=clock)

    __init__.__annotations__["needed"] = needed
    return __init__
