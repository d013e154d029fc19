"""The time of two ways to do the same, taken in short turns so that noise meets both alike."""

import gc
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from time import perf_counter_ns, process_time_ns

WARM_UP = 5
TURN = 10  # a way that has just been prepared is slow at first
CLOCKS = (perf_counter_ns, process_time_ns)


@dataclass(frozen=True, slots=True)
class Way:
    """Does something, inside of what is prepared before the clock starts."""

    around: Callable[[], AbstractContextManager[object]]
    work: Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Taken:
    """The medians of both ways, in microseconds, by one clock."""

    first: float
    second: float

    @property
    def ratio(self) -> float:
        """What the second way costs, as a multiple of the first."""
        return self.second / self.first


async def compare(first: Way, second: Way, calls: int) -> tuple[Taken, Taken]:
    """Let both work in turns, each time the other one first; give wall and CPU time of a call."""
    taken: dict[Way, list[tuple[int, ...]]] = {first: [], second: []}
    for number in range(calls // TURN + WARM_UP):
        for way in (first, second) if number % 2 else (second, first):
            taken[way].append(await _time(way, number * TURN))
    medians = {
        way: [median(clock) / TURN / 1_000 for clock in zip(*spans[WARM_UP:], strict=True)]
        for way, spans in taken.items()
    }
    wall, cpu = zip(medians[first], medians[second], strict=True)
    return Taken(*wall), Taken(*cpu)


async def _time(way: Way, number: int) -> tuple[int, ...]:
    with way.around():
        gc.collect(0)
        gc.disable()
        began = [clock() for clock in CLOCKS]
        for each in range(TURN):
            await way.work(number + each)
        spans = tuple(clock() - start for clock, start in zip(CLOCKS, began, strict=True))
        gc.enable()
    return spans
