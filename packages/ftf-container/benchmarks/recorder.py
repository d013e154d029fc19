"""Which Python functions run, observed without touching them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType


@contextmanager
def recording() -> Iterator[list[CodeType]]:
    """Record the code of every function, generator and coroutine that starts, once per start."""
    started: list[CodeType] = []
    monitoring, tool = sys.monitoring, sys.monitoring.PROFILER_ID
    monitoring.use_tool_id(tool, "ftf benchmarks")
    monitoring.register_callback(
        tool, monitoring.events.PY_START, lambda code, _: started.append(code)
    )
    monitoring.set_events(tool, monitoring.events.PY_START)
    try:
        yield started
    finally:
        monitoring.set_events(tool, monitoring.events.NO_EVENTS)
        monitoring.register_callback(tool, monitoring.events.PY_START, None)
        monitoring.free_tool_id(tool)


def starts(started: list[CodeType], function: Callable[..., object]) -> int:
    """Count how often a function, or the constructor of a class, was among those that started."""
    wanted = vars(function)["__init__"] if isinstance(function, type) else function
    # By identity: two functions of the same text have equal code.
    return sum(code is wanted.__code__ for code in started)
