"""The actions of a resource whose records belong to a parent in the path."""

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import Parameter, iscoroutinefunction
from typing import Any, cast

from starlette.concurrency import run_in_threadpool

from ..injection._endpoint import is_generator
from ..routing._controller import Action
from ..types import key_of
from ._resource import Resource


def within_parent(action: Action, resource: Resource) -> Action:
    """Return an action that looks for its parent first, by the key in the path.

    Raises:
        TypeError: It is a generator function, which could start before.
    """
    assert resource.parent is not None  # noqa: S101  # the caller has looked
    if is_generator(action.method):
        raise TypeError(f"{resource.name}.{action.name} has `yield`: a parent cannot be checked.")
    name, handle = resource.parent.key, cast("Callable[..., Awaitable[object]]", action.method)
    controller, *others = action.signature.parameters.values()

    @wraps(action.method)
    async def within(**values: Any) -> object:  # noqa: ANN401  # the handler's arguments
        await values[controller.name]._enter(values.pop(name))  # noqa: SLF001  # of a ResourceController
        if iscoroutinefunction(handle):
            return await handle(**values)
        return await run_in_threadpool(handle, **values)

    key = Parameter(name, Parameter.KEYWORD_ONLY, annotation=key_of(resource.parent_model))
    parameters = sorted((controller, *others, key), key=lambda each: each.kind)
    return action._replace(method=within, signature=action.signature.replace(parameters=parameters))
