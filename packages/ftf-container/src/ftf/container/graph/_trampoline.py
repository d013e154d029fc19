"""Recursion by coroutines, which a graph of a thousand levels does not overflow."""

from collections.abc import Callable, Generator


def run[Q, R](visit: Callable[[Q], Generator[Q, R, R]], start: Q) -> R:
    """Visit `start` and, before a visit goes on, whatever it yields; return the first's result."""
    visits = [visit(start)]
    result: R | None = None
    while True:
        try:
            # A visit that has just begun takes None, any other one the result it waits for.
            asked = visits[-1].send(result)  # type: ignore[arg-type]
        except StopIteration as done:
            visits.pop()
            answer: R = done.value
            if not visits:
                return answer
            result = answer
        else:
            visits.append(visit(asked))
            result = None
