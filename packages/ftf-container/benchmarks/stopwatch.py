"""CPU time of alternatives, taken in turns so that noise meets all of them alike."""

import gc
from asyncio import Runner
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from time import process_time_ns

type Loop[T] = Callable[[int], T]
"""Repeats an operation as often as it is told and returns what the last one made."""

type AsyncLoop[T] = Callable[[int], Awaitable[T]]

type Timed = Callable[[int], int]
"""Tells how many nanoseconds of CPU time so many operations took."""

SHORTEST_ROUND_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Measurement:
    """What an operation costs, and how many times the cost of the first alternative that is.

    `ratio` is the median over all rounds; half of the rounds lie between `low` and `high`.
    """

    nanoseconds: float
    ratio: float
    low: float
    high: float


@contextmanager
def collector_off() -> Iterator[None]:
    """Collect garbage, and none until the end of the block."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def timed(loop: Loop[object]) -> Timed:
    """Time a loop."""

    def time(times: int) -> int:
        started = process_time_ns()
        loop(times)
        return process_time_ns() - started

    return time


def async_timed(loop: AsyncLoop[object], runner: Runner) -> Timed:
    """Time an async loop, without the start of its task."""

    async def time(times: int) -> int:
        started = process_time_ns()
        await loop(times)
        return process_time_ns() - started

    return lambda times: runner.run(time(times))


def measure(alternatives: Sequence[Timed], rounds: int) -> list[Measurement]:
    """Compare alternatives with the first one, in rounds in which each has one turn."""
    times = _times(alternatives[0])
    for warm_up in alternatives:
        warm_up(times)
    gc.collect()
    gc.freeze()
    taken = [_round(alternatives, times, number) for number in range(rounds)]
    gc.unfreeze()
    return [
        _measurement([row[place] / times for row in taken], [row[0] / times for row in taken])
        for place in range(len(alternatives))
    ]


def _times(first: Timed) -> int:
    """Find how many operations make a round long enough for the clock."""
    times = 1
    while first(times) < SHORTEST_ROUND_NS:
        times *= 2
    return times


def _round(alternatives: Sequence[Timed], times: int, number: int) -> list[int]:
    """Give each alternative a turn, another one first each time."""
    taken = [0] * len(alternatives)
    for turn in range(len(alternatives)):
        place = (number + turn) % len(alternatives)
        with collector_off():
            taken[place] = alternatives[place](times)
    return taken


def _measurement(costs: list[float], first: list[float]) -> Measurement:
    ratios = [cost / base for cost, base in zip(costs, first, strict=True)]
    low, ratio, high = quantiles(ratios, n=4)
    return Measurement(median(costs), ratio, low, high)
