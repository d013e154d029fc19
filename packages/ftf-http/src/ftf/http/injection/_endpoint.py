"""A handler that asks the container once for all its services."""

import re
from collections.abc import Awaitable, Callable
from functools import partial, update_wrapper
from inspect import (
    Parameter,
    Signature,
    isasyncgenfunction,
    iscoroutinefunction,
    isgeneratorfunction,
    isroutine,
    unwrap,
)
from types import FunctionType
from typing import Annotated, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket

from ..exceptions import InvalidInjectionError
from ._arguments import Services
from ._inject import Injection, lacks_key, marks
from ._signature import evaluated_signature

type Endpoint = Callable[..., object]

CONNECTION: Final = "ftf_connection"
_SERVICES = "ftf_services"
_MENTIONS_INJECTION = re.compile(r"\bInject(ed)?\b")


def compiled(
    endpoint: Endpoint, own: dict[str, object] | None = None, signature: Signature | None = None
) -> Endpoint:
    """Take the injected parameters out of a handler's signature, to deliver them in one call.

    What needs no service comes back as it is. The services of a generator have to be there before
    its response starts, which is how FastAPI treats its dependencies, so they stay that.

    Args:
        endpoint: The handler.
        own: Further parameters to inject, by name, with the keys of their services.
        signature: Its signature, if that is not what its own annotations say.

    Raises:
        InvalidInjectionError: A parameter is injected twice or without a key, or its annotation
            cannot be read.
    """
    if keys_of(endpoint) or not isroutine(endpoint):
        return endpoint
    signature = signature or evaluated_signature(endpoint)
    keys = {**(own or {}), **_injected(endpoint, signature)}
    if _is_generator(endpoint):
        return _depending(endpoint, signature, own or {})
    if not keys:
        return endpoint
    return _delivering(endpoint, signature, keys)


def keys_of(endpoint: object) -> dict[str, object]:
    """List the injected parameters of a compiled handler, with the keys of their services."""
    services = getattr(endpoint, _SERVICES, None)
    return services.keys if isinstance(services, Services) else {}


def _injected(endpoint: Endpoint, signature: Signature) -> dict[str, object]:
    keys: dict[str, object] = {}
    for name, parameter in signature.parameters.items():
        found = marks(parameter.annotation, parameter.default)
        if len(found) > 1:
            problem, remedy = "is injected twice", "Keep one of the two forms."
            raise InvalidInjectionError(endpoint, name, problem, remedy)
        if lacks_key(parameter.annotation, parameter.default):
            problem, remedy = "is injected without a key", "Write `Inject(T)` or `Injected[T]`."
            raise InvalidInjectionError(endpoint, name, problem, remedy)
        if found:
            keys[name] = found[0].key
        elif isinstance(hint := parameter.annotation, str) and _MENTIONS_INJECTION.search(hint):
            problem = f"is annotated {hint!r}, which cannot be evaluated"
            remedy = f"Import its names at run time, or write `{name}: ... = Inject(...)`."
            raise InvalidInjectionError(endpoint, name, problem, remedy)
    return keys


def _depending(endpoint: Endpoint, signature: Signature, own: dict[str, object]) -> Endpoint:
    """Copy a generator function, with further parameters that are FastAPI dependencies."""
    if not own or not isinstance(endpoint, FunctionType):
        return endpoint
    code, names = endpoint.__code__, endpoint.__globals__
    copied = FunctionType(
        code, names, endpoint.__name__, endpoint.__defaults__, endpoint.__closure__
    )
    update_wrapper(copied, endpoint)
    copied.__kwdefaults__ = endpoint.__kwdefaults__
    parameters = [
        each.replace(annotation=Annotated[object, Injection(own[name])]) if name in own else each
        for name, each in signature.parameters.items()
    ]
    copied.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # PEP 362
    return copied


def _delivering(endpoint: Endpoint, signature: Signature, keys: dict[str, object]) -> Endpoint:
    visible = [parameter for name, parameter in signature.parameters.items() if name not in keys]
    known = next((parameter.name for parameter in visible if _is_connection(parameter)), None)
    if known is None:
        hidden = Parameter(CONNECTION, Parameter.KEYWORD_ONLY, annotation=HTTPConnection)
        visible = sorted((*visible, hidden), key=lambda parameter: parameter.kind)
    services = Services(endpoint, keys)
    call = _calling(endpoint, services, known)
    for name in ("__doc__", "__module__", "__name__", "__qualname__"):
        setattr(call, name, getattr(endpoint, name, None))
    call.__dict__.update(getattr(endpoint, "__dict__", {}))
    call.__wrapped__ = endpoint  # type: ignore[attr-defined]  # as functools.wraps says it
    call.__signature__ = signature.replace(parameters=visible)  # type: ignore[attr-defined]  # PEP 362
    setattr(call, _SERVICES, services)
    return call


def _calling(endpoint: Endpoint, services: Services, known: str | None) -> Endpoint:
    """Call a handler with its services; `known` is where it wants the connection for itself."""
    call = cast("Callable[..., Awaitable[object]]", endpoint)
    if not _is(iscoroutinefunction, endpoint):
        call = partial(run_in_threadpool, endpoint)

    async def deliver_and_call(**values: object) -> object:
        connection = values.pop(CONNECTION) if known is None else values[known]
        delivered = await services.deliver(cast("HTTPConnection", connection))
        return await call(**values, **delivered)

    return deliver_and_call


def _is_generator(endpoint: Endpoint) -> bool:
    return _is(isgeneratorfunction, endpoint) or _is(isasyncgenfunction, endpoint)


def _is(kind: Callable[[object], bool], endpoint: Endpoint) -> bool:
    """Tell the kind of a handler or, like FastAPI, of what a decorator wraps."""
    return kind(endpoint) or kind(unwrap(endpoint))


def _is_connection(parameter: Parameter) -> bool:
    """Tell whether FastAPI passes the connection, whatever its kind, to a parameter."""
    cls = parameter.annotation
    return (
        isinstance(cls, type)
        and issubclass(cls, HTTPConnection)
        and not issubclass(cls, Request | WebSocket)
    )
