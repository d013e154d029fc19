"""Work in a scope whose units of work are settled by its outcome."""

from collections.abc import Awaitable

from ._scope import Scope


async def settled[T](scope: Scope, work: Awaitable[T]) -> T:
    """Await work in a scope: commit the units of work after it, or roll them back if it raises.

    Raises:
        Exception: What the work or a commit raised.
    """
    try:
        result = await work
    except BaseException:
        await scope.units.settle(commit=False)
        raise
    await scope.units.settle(commit=True)
    return result
