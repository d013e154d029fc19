"""The loops of pytest-asyncio, for a test of each loop scope."""

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Literal

import pytest_asyncio

from ._event_loop import EventLoop

type Scope = Literal["function", "class", "module", "package", "session"]


def _loop_of(scope: Scope) -> Callable[[], AsyncIterator[EventLoop]]:
    async def loop() -> AsyncIterator[EventLoop]:
        async with AsyncExitStack() as at_end:
            yield EventLoop(get_running_loop(), at_end)

    name = f"_ftf_{scope}_loop"
    return pytest_asyncio.fixture(loop, loop_scope=scope, scope=scope, name=name)


function_loop = _loop_of("function")
class_loop = _loop_of("class")
module_loop = _loop_of("module")
package_loop = _loop_of("package")
session_loop = _loop_of("session")
