"""Running a coroutine in a context of its own without a task of its own."""

from collections.abc import Coroutine, Generator
from contextvars import Context
from types import coroutine
from typing import Any


@coroutine
def in_context[T](context: Context, awaited: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
    """Await a coroutine whose context variables are those of a context.

    A task of its own, which could be given the context, takes ten times as long.
    """
    step, value = awaited.send, None
    while True:
        try:
            yielded = context.run(step, value)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # it is what the coroutine returned
        try:
            step, value = awaited.send, (yield yielded)
        except BaseException as error:  # noqa: BLE001  # the coroutine decides what it does with it
            step, value = awaited.throw, error
