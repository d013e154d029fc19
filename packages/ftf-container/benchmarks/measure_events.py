"""What events cost, beside calls by hand and blinker: `nox -s bench -- events`.

CPU time. The contenders take turns, round after round, and the median of the quotients counts, so
that whatever else the machine does meets all of them alike.
"""

import sys
from asyncio import Runner
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from blinker import Signal
from stopwatch import AsyncLoop, Measurement, async_timed, measure
from table import table

from ftf.container import Container, Scope
from ftf.container.events import Events, Listeners

HEAD = ["", "times row one", "half of the rounds", "ns", "target"]


class Nothing:
    """An event."""


class OrderPlaced:
    """An event."""


class ThreeHeard:
    """An event."""


class Counted:
    """An event."""


class Stored:
    """An event."""


class Stock:
    """A service of the scope."""


class Listener:
    """A listener that the container builds once in a scope, with a service of the scope."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock

    async def handle(self, event: object) -> None:
        """Do nothing."""


class Second(Listener):
    """Another one."""


class Third(Listener):
    """Another one."""


async def count(event: Counted, stock: Stock) -> None:
    """Do nothing."""


class Contender(NamedTuple):
    """A call to measure, and how many times row one it may take."""

    name: str
    call: Callable[[], Awaitable[object]]
    target: str = ""


def container() -> Container:
    """Return a container with the services and listeners."""
    made = Container()
    for service in (Stock, Listener, Second, Third):
        made.register(service, scope="scoped")
    on = Listeners.of(made)
    on.listen(OrderPlaced, Listener)
    on.listen(ThreeHeard, Listener, Second, Third)
    on.listen(Counted, count)
    on.listen(Stored, Listener, after_commit=True)
    return made


def signal(receivers: int) -> Callable[[], Awaitable[object]]:
    """Return what sends a signal of blinker."""
    found = Signal()
    for _ in range(receivers):

        async def each(sender: object) -> None:
            """Do nothing."""

        found.connect(each, weak=False)
    return partial(found.send_async, None)


def scenarios(made: Container, scope: Scope) -> dict[str, list[Contender]]:
    """Return the contenders of each scenario, by title."""
    events = scope.resolve(Events)
    nothing, placed, three, counted = Nothing(), OrderPlaced(), ThreeHeard(), Counted()
    stored = Stored()

    async def one_by_hand() -> None:
        await scope.resolve(Listener).handle(placed)

    async def three_by_hand() -> None:
        for kind in (Listener, Second, Third):
            await scope.resolve(kind).handle(three)

    async def apart_by_hand() -> None:
        async with made.scoped_context() as apart:
            await apart.resolve(Listener).handle(stored)

    return {
        "No listener": [
            Contender("an empty async method", partial(Second(Stock()).handle, nothing)),
            Contender("dispatch", partial(events.dispatch, nothing), "1.3"),
            Contender("blinker", signal(0)),
        ],
        "One listener of the scope": [
            Contender("resolve and call by hand", one_by_hand),
            Contender("dispatch", partial(events.dispatch, placed), "1.6"),
            Contender("blinker", signal(1)),
        ],
        "Three listeners of the scope": [
            Contender("resolve and call by hand", three_by_hand),
            Contender("dispatch", partial(events.dispatch, three)),
            Contender("blinker", signal(3)),
        ],
        "A function with one service": [
            Contender("`scope.acall`", partial(scope.acall, count, event=counted)),
            Contender("dispatch", partial(events.dispatch, counted), "1.3"),
        ],
        "One listener after the commit": [
            Contender("scope, resolve and call by hand", apart_by_hand),
            Contender("dispatch", partial(events.dispatch, stored), "8,000 ns"),
        ],
    }


def loop_of(call: Callable[[], Awaitable[object]]) -> AsyncLoop[object]:
    """Return what repeats a call."""

    async def loop(times: int) -> None:
        for _ in range(times):
            await call()

    return loop


def row(contender: Contender, found: Measurement) -> list[str]:
    """Return the cells of a contender."""
    half = f"{found.low:.2f}-{found.high:.2f}"
    cost = f"{found.nanoseconds:.0f}"
    return [contender.name, f"{found.ratio:.2f}", half, cost, contender.target]


def main() -> None:
    """Print a table for each scenario."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    made = container()
    with Runner() as runner, made.scoped_context() as scope:
        for title, contenders in scenarios(made, scope).items():
            for each in contenders:  # what is compiled at the first call is not measured
                runner.run(loop_of(each.call)(1))
            timed = [async_timed(loop_of(each.call), runner) for each in contenders]
            measured = zip(contenders, measure(timed, rounds), strict=True)
            print(table(title, HEAD, [row(*each) for each in measured]), flush=True)


if __name__ == "__main__":
    main()
