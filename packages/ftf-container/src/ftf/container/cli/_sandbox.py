"""The sandbox of `ftf shell`: what is written is rolled back at the end."""

from contextlib import AsyncExitStack
from typing import Final

from .._container import Container
from ._extensions import extensions

GROUP: Final = "ftf.sandbox"


async def enter_sandbox(container: Container, stack: AsyncExitStack) -> bool:
    """Enter what packages have for it: functions that take a container and return a context.

    Args:
        container: The container of the application.
        stack: What leaves it.

    Returns:
        Whether there is anything that can be rolled back.
    """
    entered = [
        await stack.enter_async_context(sandbox(container))
        for sandbox in extensions(GROUP, "shell")
    ]
    return any(entered)
