"""Compiled handlers: all injected arguments come from one call of the container."""

import re
from collections.abc import Awaitable, Callable, Iterator
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

from fastapi.dependencies.models import Dependant
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket

from ..exceptions import InvalidInjectionError
from ._arguments import InjectedArguments
from ._inject import Injection, Resolution, has_plain_parameters, injections_in, lacks_key
from ._signature import evaluated_signature

type Endpoint = Callable[..., object]

CONNECTION: Final = "ftf_connection"
_INJECTED = "ftf_injected"
_MENTIONS_INJECTION = re.compile(r"\bInject(ed)?\b")


def compiled(
    endpoint: Endpoint, further: dict[str, object] | None = None, signature: Signature | None = None
) -> Endpoint:
    """Return a handler without injected parameters, which calls `endpoint` with their services.

    A handler that has none is returned unchanged. FastAPI solves dependencies before a response
    starts but iterates a generator afterwards, so the services of a generator stay dependencies.

    Args:
        endpoint: The handler.
        further: The keys of services for further parameters, by the parameter's name.
        signature: The handler's signature, if its annotations do not give it.

    Raises:
        InvalidInjectionError: A parameter is injected twice or without a key, or its annotation
            cannot be read.
    """
    if injected_keys(endpoint) or not isroutine(endpoint):
        return endpoint
    if not further and signature is None and has_plain_parameters(endpoint):
        return endpoint
    signature = signature or evaluated_signature(endpoint)
    keys = {**(further or {}), **_injected(endpoint, signature)}
    if not keys:
        return endpoint
    if is_generator(endpoint):
        return _depending(endpoint, signature, further or {})
    return _delivering(endpoint, signature, keys)


def injected_keys(endpoint: object) -> dict[str, object]:
    """Return the keys of a compiled handler's services, by the name of the parameter."""
    injected = getattr(endpoint, _INJECTED, None)
    return injected.keys if isinstance(injected, InjectedArguments) else {}


def injected_parameters(dependant: Dependant) -> Iterator[tuple[str, object]]:
    """Return the injected parameters of a handler and of its dependencies, with their keys."""
    yield from injected_keys(dependant.call).items()
    for below in dependant.dependencies:
        if isinstance(below.call, Resolution):
            yield below.name or "dependencies", below.call.key
        else:
            yield from injected_parameters(below)


def injected_by(endpoint: object) -> InjectedArguments | None:
    """Return the injected arguments of a compiled handler.

    A wrapper may have the attributes of a compiled handler, as `functools.wraps` copies them, and
    is not one.
    """
    injected = getattr(endpoint, _INJECTED, None)
    is_own = isinstance(injected, InjectedArguments) and injected.caller is endpoint
    return injected if is_own else None


def _injected(endpoint: Endpoint, signature: Signature) -> dict[str, object]:
    keys: dict[str, object] = {}
    for name, parameter in signature.parameters.items():
        found = injections_in(parameter.annotation, parameter.default)
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


def _depending(endpoint: Endpoint, signature: Signature, further: dict[str, object]) -> Endpoint:
    """Return a copy of a generator function, whose further parameters are FastAPI dependencies."""
    if not further or not isinstance(endpoint, FunctionType):
        return endpoint
    # A copy and no wrapper: FastAPI streams what isgeneratorfunction() is true for.
    code, names = endpoint.__code__, endpoint.__globals__
    copied = FunctionType(
        code, names, endpoint.__name__, endpoint.__defaults__, endpoint.__closure__
    )
    update_wrapper(copied, endpoint)
    copied.__kwdefaults__ = endpoint.__kwdefaults__
    parameters = [
        each.replace(annotation=Annotated[object, Injection(further[name])])
        if name in further
        else each
        for name, each in signature.parameters.items()
    ]
    copied.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # PEP 362
    return copied


def _delivering(endpoint: Endpoint, signature: Signature, keys: dict[str, object]) -> Endpoint:
    visible = [parameter for name, parameter in signature.parameters.items() if name not in keys]
    connection = next((each.name for each in visible if _is_connection(each)), None)
    if connection is None:
        hidden = Parameter(CONNECTION, Parameter.KEYWORD_ONLY, annotation=HTTPConnection)
        # Signature refuses a parameter after `**kwargs`; sorted() keeps the order of the others.
        visible = sorted((*visible, hidden), key=lambda parameter: parameter.kind)
    injected = InjectedArguments(endpoint, keys)
    call = _calling(endpoint, injected, connection)
    for name in ("__doc__", "__module__", "__name__", "__qualname__"):
        setattr(call, name, getattr(endpoint, name, None))
    call.__dict__.update(getattr(endpoint, "__dict__", {}))
    call.__wrapped__ = endpoint  # type: ignore[attr-defined]  # as functools.wraps sets it
    call.__signature__ = signature.replace(parameters=visible)  # type: ignore[attr-defined]  # PEP 362
    setattr(call, _INJECTED, injected)
    injected.caller = call
    return call


def _calling(endpoint: Endpoint, injected: InjectedArguments, connection: str | None) -> Endpoint:
    """Return a function that calls a handler with its services.

    Args:
        endpoint: The handler.
        injected: Its injected arguments.
        connection: The parameter of the handler that FastAPI passes the connection to, if any.
    """
    call = cast("Callable[..., Awaitable[object]]", endpoint)
    if not _is(iscoroutinefunction, endpoint):
        # FastAPI takes the compiled handler for async, and does not use its thread pool.
        call = partial(run_in_threadpool, endpoint)

    async def deliver_and_call(**values: object) -> object:
        passed = values.pop(CONNECTION) if connection is None else values[connection]
        services = await injected.deliver(cast("HTTPConnection", passed))
        return await call(**values, **services)

    return deliver_and_call


def is_generator(endpoint: Endpoint) -> bool:
    """Return whether a handler is a generator function, whose results are streamed."""
    return _is(isgeneratorfunction, endpoint) or _is(isasyncgenfunction, endpoint)


def _is(kind: Callable[[object], bool], endpoint: Endpoint) -> bool:
    """Return whether a handler or, like FastAPI, the function it wraps is of a kind."""
    return kind(endpoint) or kind(unwrap(endpoint))


def _is_connection(parameter: Parameter) -> bool:
    """Return whether FastAPI passes a request or a websocket, whichever it serves."""
    cls = parameter.annotation
    return (
        isinstance(cls, type)
        and issubclass(cls, HTTPConnection)
        and not issubclass(cls, Request | WebSocket)
    )
