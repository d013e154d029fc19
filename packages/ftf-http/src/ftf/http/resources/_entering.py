"""The actions of a resource that need something of the request before and after them."""

from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from inspect import Parameter, Signature, iscoroutinefunction
from typing import Annotated, Any, Final, cast, get_origin

from fastapi import Header
from fastapi.requests import HTTPConnection
from starlette.concurrency import run_in_threadpool

from ..injection._early_checks import EarlyDependency
from ..injection._endpoint import is_generator
from ..replies._reply import Reply
from ..routing._controller import Action
from ..routing._options import RouteOptions
from ..types import key_of
from ._resource import Resource
from .access._policy import policy_check

CHANGES: Final = frozenset({"update", "replace", "destroy"})
_CONNECTION: Final = "ftf_resource_connection"
TAGGED: Final = frozenset({"show", "store", "update", "replace"})
_MATCH: Final = {
    "show": ("if_none_match", "A tag that you have: the answer is 304 if it is this one."),
    **dict.fromkeys(CHANGES, ("if_match", "The tag that the record must still have.")),
}


def entering(action: Action, resource: Resource) -> Action:
    """Return an action that enters the resource first, with what it needs of the request.

    That is the parent in the path, the user of the policy and the headers of preconditions. An
    action that needs none of them is returned as it is.

    Raises:
        TypeError: It is a generator function, which could start before.
    """
    names = [*_read(action, resource)]
    is_tagged = resource.version and action.name in TAGGED
    if action.name in {"store", "store_many"} and isinstance(resource.repeats, EarlyDependency):
        before = action.options.get("dependencies") or ()
        options: RouteOptions = {**action.options, "dependencies": [*before, resource.repeats]}
        action = action._replace(options=options)
    if not (names or resource.policy or is_tagged or action.name in CHANGES):
        return action
    if is_generator(action.method):
        raise TypeError(
            f"{resource.name}.{action.name} has `yield`, and would begin before the parent in the "
            "path and the policy are asked: return a `StreamingResponse`, or a list."
        )
    call, connection = _calling(action, resource, names)
    parameters = [*action.signature.parameters.values(), *names]
    if connection == _CONNECTION:
        parameters.append(_parameter(connection, HTTPConnection))
    signature = action.signature.replace(
        parameters=sorted(parameters, key=lambda each: each.kind),
        return_annotation=_replied(action, resource),
    )
    return action._replace(method=call, signature=signature, options=_documented(action, resource))


def _calling(
    action: Action, resource: Resource, names: list[Parameter]
) -> tuple[Callable[..., object], str]:
    """Return the function that enters the resource, and its parameter for the connection."""
    handle = cast("Callable[..., Awaitable[object]]", action.method)
    is_async = iscoroutinefunction(action.method)
    (controller, *_) = action.signature.parameters
    own, connection = _connection(action.signature)
    parent = resource.parent.key if resource.parent is not None else ""
    further = {each.name for each in names}

    @wraps(action.method)
    async def enter(**values: Any) -> object:  # noqa: ANN401  # the handler's arguments
        resources, asked = values[controller], values[connection]
        await resources._enter(asked, action.name, values.get(parent))  # noqa: SLF001  # of this package
        given = {
            name: value
            for name, value in values.items()
            if name not in further and (own or name != connection)
        }
        result = await handle(**given) if is_async else await run_in_threadpool(handle, **given)
        return resources._answered(asked, action.name, result)  # noqa: SLF001

    return enter, connection


def _connection(signature: Signature) -> tuple[bool, str]:
    """Return whether a handler takes the connection, and the name of the parameter for it."""
    for name, parameter in signature.parameters.items():
        if parameter.annotation is HTTPConnection:
            return True, name
    return False, _CONNECTION


def _read(action: Action, resource: Resource) -> Iterator[Parameter]:
    """Return the parameters that are read from the request beside those of an action."""
    if resource.parent is not None:
        yield _parameter(resource.parent.key, key_of(resource.parent_model))
    if resource.version and action.name in _MATCH:
        name, description = _MATCH[action.name]
        header = Annotated[str | None, Header(description=description)]
        yield _parameter(name, header).replace(default=None)


def _parameter(name: str, annotation: object) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation)


def _replied(action: Action, resource: Resource) -> object:
    """Return the annotation of a result, which has the tag of the record in a header."""
    returned = action.signature.return_annotation
    is_reply = get_origin(returned) is Reply or not resource.version
    return returned if is_reply or action.name not in TAGGED else Reply[returned]  # type: ignore[valid-type]  # of this action


def _documented(action: Action, resource: Resource) -> RouteOptions:
    """Return the options of a route with what a policy and preconditions add to it."""
    options = action.options.copy()
    if resource.policy is not None:
        check = policy_check(resource.policy, action.name)
        options["dependencies"] = [*(options.get("dependencies") or ()), check]
    responses: dict[int | str, dict[str, Any]] = {**(options.get("responses") or {})}
    if resource.version and action.name in CHANGES:
        responses |= {
            400: {"description": "`If-Match` cannot be read."},
            412: {"description": "The record has another version."},
        }
        if resource.requires_match:
            responses[428] = {"description": "`If-Match` is missing."}
    if resource.version and action.name == "show" and resource.projection.shape.is_plain:
        responses[304] = {"description": "The record has the tag that the client has."}
    if resource.version and action.name in TAGGED:
        tag = {"description": "The version of the record.", "schema": {"type": "string"}}
        status = options.get("status_code") or 200
        responses[status] = {"headers": {"ETag": tag}}
    options["responses"] = responses
    return options
