"""CPU time of two ways to do the same, taken in turns so that noise meets both alike."""

import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median, quantiles
from time import process_time_ns


@dataclass(frozen=True, slots=True)
class Way:
    """Does something so many times, prepared at the beginning of each turn."""

    prepare: Callable[[], object]
    work: Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Ratio:
    """What the second way costs, as a multiple of the first: the median of many rounds.

    Half of the rounds lie between `low` and `high`; `microseconds` is what the first way takes.
    """

    median: float
    low: float
    high: float
    microseconds: float


async def compare(first: Way, second: Way, times: int, rounds: int) -> Ratio:
    """Let both do their work in turns, each time the other one first."""
    ratios, base = [], []
    for number in range(-3, rounds):  # the first ones warm up
        order = (first, second) if number % 2 else (second, first)
        taken = {way: await _time(way, times) for way in order}
        if number >= 0:
            ratios.append(taken[second] / taken[first])
            base.append(taken[first] / times / 1_000)
    low, middle, high = quantiles(ratios, n=4)
    return Ratio(middle, low, high, median(base))


async def _time(way: Way, times: int) -> int:
    way.prepare()
    await way.work(2)
    gc.collect()
    gc.disable()
    began = process_time_ns()
    await way.work(times)
    taken = process_time_ns() - began
    gc.enable()
    return taken
