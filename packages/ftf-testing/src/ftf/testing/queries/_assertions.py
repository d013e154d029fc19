"""Assertions about the queries of a block of code."""

from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from inspect import isawaitable
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

from ._counter import QueryCounter
from ._errors import NPlusOneError, QueryCountError
from ._n_plus_one import IsOfTests, n_plus_ones
from ._options import current_options

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine


class CheckedQueries:
    """Counts the queries of a `with` or `async with` block, and checks them where it ends.

    An error in the block takes precedence.
    """

    def __init__(self, counter: QueryCounter, check: Callable[[QueryCounter], None]) -> None:
        self._counter = counter
        self._check = check

    def __enter__(self) -> QueryCounter:
        return self._counter.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        self._counter.__exit__(kind, error, _)
        if error is None:
            self._check(self._counter)

    async def __aenter__(self) -> QueryCounter:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        self.__exit__(kind, error, _)


def assert_queries(
    n: int,
    engine: "AsyncEngine | Engine | None" = None,
    *,
    engine_wide: bool = False,
    count_all: bool = False,
) -> CheckedQueries:
    """Fail unless a `with` or `async with` block runs exactly `n` queries.

    Args:
        n: The number of queries.
        engine: The engine to watch; None watches every one.
        engine_wide: Count the queries of other tasks and threads, too.
        count_all: Count savepoints and the like as well.

    Raises:
        QueryCountError: At the end of the block: more or fewer ran.
    """
    counter = QueryCounter(engine, engine_wide=engine_wide, count_all=count_all)
    return CheckedQueries(counter, partial(check_count, low=n, high=n))


def assert_max_queries(
    n: int,
    engine: "AsyncEngine | Engine | None" = None,
    *,
    engine_wide: bool = False,
    count_all: bool = False,
) -> CheckedQueries:
    """Fail if a `with` or `async with` block runs more than `n` queries.

    Args:
        n: The greatest number of queries.
        engine: The engine to watch; None watches every one.
        engine_wide: Count the queries of other tasks and threads, too.
        count_all: Count savepoints and the like as well.

    Raises:
        QueryCountError: At the end of the block: more ran.
    """
    counter = QueryCounter(engine, engine_wide=engine_wide, count_all=count_all)
    return CheckedQueries(counter, partial(check_count, low=0, high=n))


def assert_no_n_plus_one(
    engine: "AsyncEngine | Engine | None" = None,
    *,
    threshold: int | None = None,
    engine_wide: bool = False,
) -> CheckedQueries:
    """Fail if a `with` or `async with` block runs a query for each of many records.

    An N+1 is at least `threshold` lazy loads of one relationship, or reads that come from the same
    lines of the application. Eager loads, writes and chunks are not: chunks are reads of several
    rows, each of which begins where the one before ended.

    Args:
        engine: The engine to watch; None watches every one.
        threshold: The least number of such queries; by default the setting
            `ftf_n_plus_one_threshold`, which is 2.
        engine_wide: Watch the queries of other tasks and threads, too.

    Raises:
        NPlusOneError: At the end of the block: there was one.
        ValueError: The threshold is less than 2.
    """
    if threshold is not None and threshold < 2:  # noqa: PLR2004  # one query is not a repetition
        raise ValueError(f"threshold must be 2 or more, not {threshold}")
    counter = QueryCounter(engine, engine_wide=engine_wide)
    return CheckedQueries(counter, partial(check_n_plus_one, threshold=threshold))


@overload
def assert_same_query_count[T](  # type: ignore[overload-overlap]  # the two return types overlap: a coroutine is an object
    call: Callable[[T], Coroutine[object, object, object]],
    small: T | Callable[[], T] | Callable[[], Awaitable[T]],
    large: T | Callable[[], T] | Callable[[], Awaitable[T]],
    *,
    engine_wide: bool = False,
) -> Coroutine[object, object, None]: ...
@overload
def assert_same_query_count[T](
    call: Callable[[T], object],
    small: T | Callable[[], T],
    large: T | Callable[[], T],
    *,
    engine_wide: bool = False,
) -> None: ...
def assert_same_query_count(
    call: Callable[[Any], object], small: Any, large: Any, *, engine_wide: bool = False
) -> Coroutine[object, object, None] | None:
    """Fail unless a call runs as many queries with much data as with small.

    Args:
        call: The function, called with `small` and then with `large`. If it is async, await this.
        small: The argument, such as a page size of 1; or a function that returns it, whose
            queries are not counted: it can store the one record that the call finds.
        large: The argument, such as a page size of 20, or a function for it.
        engine_wide: Count the queries of other tasks and threads, too.

    Returns:
        A coroutine, if `call` or a function for its argument is async.

    Raises:
        QueryCountError: More or fewer queries ran with `large`.
    """
    steps = _compare(call, small, large, engine_wide=engine_wide)
    value = next(steps)
    while not isawaitable(value):
        try:
            value = steps.send(value)
        except StopIteration:
            return None
    return _go_on(steps, value)


def _compare(
    call: Callable[[object], object], small: object, large: object, *, engine_wide: bool
) -> Generator[object, object]:
    """Yield what may have to be awaited, and receive its result."""
    counts: list[int] = []
    for size in (small, large):
        argument = (yield size()) if callable(size) else size
        with QueryCounter(engine_wide=engine_wide) as counter:
            result = call(argument)
        yield _counted(counter, result) if isawaitable(result) else result
        counts.append(counter.count)
    few, many = counts
    if few != many:
        raise QueryCountError(f"{_number(few)}, as with small", counter.executed)


async def _counted(counter: QueryCounter, result: Awaitable[object]) -> None:
    """Count in the task that awaits the result, which may not be the task that made the call."""
    async with counter:
        await result


async def _go_on(steps: Generator[object, object], value: object) -> None:
    while True:
        result = await value if isawaitable(value) else value
        try:
            value = steps.send(result)
        except StopIteration:
            return


def check_count(counter: QueryCounter, low: int, high: int) -> None:
    """Raise unless the number of queries is between two numbers."""
    __tracebackhide__ = True
    if not low <= counter.count <= high:
        raise QueryCountError(_expected(low, high), counter.executed)


def check_n_plus_one(
    counter: QueryCounter, threshold: int | None = None, is_of_tests: IsOfTests | None = None
) -> None:
    """Raise if a query ran for each of many records."""
    __tracebackhide__ = True
    least = threshold or current_options().n_plus_one_threshold
    if found := n_plus_ones(counter.executed, least, is_of_tests=is_of_tests):
        raise NPlusOneError(found, counter.executed)


def _expected(low: int, high: int) -> str:
    return f"{'exactly' if low == high else 'at most'} {_number(high)}"


def _number(count: int) -> str:
    return f"{count} {'query' if count == 1 else 'queries'}"
