"""`Reply`: the result of a handler with headers of its response."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from inspect import Parameter, Signature, iscoroutinefunction, isfunction, unwrap
from typing import Final, cast, get_args, get_origin

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from ..injection._endpoint import Endpoint, is_generator
from ..injection._signature import evaluated_signature
from ._links import is_page, links_of

_CONNECTION: Final = "ftf_reply_connection"
_RESPONSE: Final = "ftf_reply_response"
_REPLYING: Final = "ftf_replying"


@dataclass(frozen=True, slots=True)
class Reply[T]:
    """The result of a handler with headers of its response: `-> Reply[Order]` for `-> Order`.

    Args:
        value: The result.
        headers: Further headers, such as `Location`.
        status_code: The status code, if not that of the route.
    """

    value: T
    headers: Mapping[str, str] = field(default_factory=dict)
    status_code: int | None = None


def replying(endpoint: Endpoint) -> Endpoint:
    """Return a handler that sets the headers of a `Reply`, and `Link` for a page.

    A handler whose return annotation is neither is returned unchanged.
    """
    if _returns_another(endpoint):  # most of them; a signature takes long to read
        return endpoint
    # Older FastAPI makes the routes of an included router anew, of the handlers that they have.
    if is_generator(endpoint) or getattr(endpoint, _REPLYING, None) is endpoint:
        return endpoint
    signature = evaluated_signature(endpoint)
    returned = signature.return_annotation
    if get_origin(returned) is Reply:
        (returned,) = get_args(returned)
    elif not is_page(returned):
        return endpoint
    connection = _name(signature, HTTPConnection, _CONNECTION)
    response = _name(signature, Response, _RESPONSE)
    call = _calling(endpoint, connection, response)
    for name in ("__doc__", "__module__", "__name__", "__qualname__"):
        setattr(call, name, getattr(endpoint, name, None))
    call.__dict__.update(getattr(endpoint, "__dict__", {}))
    setattr(call, _REPLYING, call)
    call.__wrapped__ = endpoint  # type: ignore[attr-defined]  # as functools.wraps sets it
    call.__signature__ = _extended(signature, returned, connection, response)  # type: ignore[attr-defined]  # PEP 362
    return call


def _returns_another(endpoint: Endpoint) -> bool:
    """Return whether a plain function says that it returns neither, without its signature."""
    if not isfunction(endpoint) or endpoint.__dict__:  # such as `__wrapped__`, `__signature__`
        return False
    hint = endpoint.__annotations__.get("return")
    return not isinstance(hint, str) and get_origin(hint) is not Reply and not is_page(hint)


def _calling(endpoint: Endpoint, connection: str, response: str) -> Endpoint:
    handle = cast("Callable[..., Awaitable[object]]", endpoint)
    if not (iscoroutinefunction(endpoint) or iscoroutinefunction(unwrap(endpoint))):
        handle = partial(run_in_threadpool, endpoint)

    async def reply(**values: object) -> object:
        asked = cast("HTTPConnection", values[connection])
        changed = cast("Response", values[response])
        own = {name: value for name, value in values.items() if name not in _HIDDEN}
        result = await handle(**own)
        if isinstance(result, Reply):
            for name, text in result.headers.items():
                changed.headers[name] = text
            if result.status_code is not None:
                changed.status_code = result.status_code
            result = result.value
        if is_page(type(result)) and (links := links_of(result, asked.url.query)):
            changed.headers["link"] = links
        return result

    return reply


_HIDDEN: Final = {_CONNECTION, _RESPONSE}


def _name(signature: Signature, cls: type, otherwise: str) -> str:
    """Return the name of a handler's parameter of a class: FastAPI passes such an object once."""
    return next(_of_class(signature, cls), otherwise)


def _of_class(signature: Signature, cls: type) -> Iterator[str]:
    for name, parameter in signature.parameters.items():
        hint = parameter.annotation
        # FastAPI passes a Request and an HTTPConnection apart.
        if isinstance(hint, type) and issubclass(hint, cls) and not issubclass(hint, Request):
            yield name


def _extended(signature: Signature, returned: object, connection: str, response: str) -> Signature:
    hidden = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=cls)
        for name, cls in ((connection, HTTPConnection), (response, Response))
        if name in _HIDDEN
    ]
    # Signature refuses a parameter after `**kwargs`; sorted() keeps the order of the others.
    parameters = sorted((*signature.parameters.values(), *hidden), key=lambda each: each.kind)
    return signature.replace(parameters=parameters, return_annotation=returned)
