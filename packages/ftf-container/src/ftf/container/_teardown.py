"""What has to be closed when a scope ends: all of it, in reverse order of creation."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from functools import lru_cache
from inspect import Parameter, iscoroutinefunction, signature
from types import AsyncGeneratorType, FunctionType, GeneratorType
from typing import TYPE_CHECKING, Never, cast

from ._path import Step
from .exceptions import AsyncDependencyError, InvalidRegistrationError, ScopeClosedError

if TYPE_CHECKING:
    from ._node import Node

type Resource = Generator[object] | AsyncGenerator[object] | Callable[[], object]
type Exit = tuple[object, Resource]
"""The slot something was made for, and what closes it."""

_logger = logging.getLogger("ftf.container")


def is_awaited(resource: Resource) -> bool:
    """Tell whether closing a resource has to be awaited."""
    return isinstance(resource, AsyncGeneratorType) or iscoroutinefunction(resource)


def refuse_awaited(exits: list[Exit]) -> None:
    """Refuse to close without awaiting what has to be awaited.

    Raises:
        AsyncDependencyError: There is such a thing; nothing was closed.
    """
    for slot, resource in reversed(exits):
        if is_awaited(resource):
            raise AsyncDependencyError((Step(getattr(slot, "key", slot)),))


def close(exits: list[Exit], body: BaseException | None) -> None:
    """Close everything, none of which may have to be awaited.

    Raises:
        ExceptionGroup: What closing raised, if the body raised nothing.
    """
    failures: list[BaseException] = []
    while exits:
        try:
            _end(exits.pop()[1], body)
        except BaseException as failure:  # noqa: BLE001  # the rest still has to close
            failures.append(failure)
    if failures:
        _report(body, failures)


async def aclose(exits: list[Exit], body: BaseException | None) -> None:
    """Close everything, awaiting what has to be.

    Raises:
        ExceptionGroup: What closing raised, if the body raised nothing.
    """
    failures: list[BaseException] = []
    while exits:
        resource = exits.pop()[1]
        try:
            if type(resource) is AsyncGeneratorType:
                await _aend(resource, body)
            elif (closing := _end(resource, body)) is not None:
                await _settled(closing)
        except BaseException as failure:  # noqa: BLE001  # the rest still has to close
            failures.append(failure)
    if failures:
        _report(body, failures)


def _end(resource: Resource, body: BaseException | None) -> object:
    if type(resource) is not GeneratorType:
        return cast("Callable[[], object]", resource)()
    try:
        if body is None:
            ended = next(resource, resource) is resource
        else:
            resource.throw(body)
            ended = False
    except BaseException as failure:
        if _is_passed_on(failure, body):
            return None
        raise
    if not ended:
        resource.close()
        raise RuntimeError(f"{resource.__qualname__} yielded more than once")
    return None


async def _aend(resource: AsyncGenerator[object], body: BaseException | None) -> None:
    try:
        if body is None:
            ended = await anext(resource, resource) is resource
        else:
            await resource.athrow(body)
            ended = False
    except BaseException as failure:
        if _is_passed_on(failure, body):
            return
        raise
    if not ended:
        await resource.aclose()
        raise RuntimeError(f"{resource.__qualname__} yielded more than once")


async def _settled(closing: object) -> None:
    if isinstance(closing, Awaitable):
        await closing


def _is_passed_on(failure: BaseException, body: BaseException | None) -> bool:
    """Tell whether a generator let the body's exception pass or ended over it; see PEP 479."""
    stopped = isinstance(failure, (StopIteration, StopAsyncIteration))
    return body is not None and (stopped or body in {failure, failure.__cause__})


def _report(body: BaseException | None, failures: list[BaseException]) -> None:
    """Raise what closing raised, unless the body's own exception is on its way already."""
    errors = [failure for failure in failures if isinstance(failure, Exception)]
    last = next((each for each in failures if not isinstance(each, Exception)), body)
    if last is None:
        raise ExceptionGroup("closing the scope failed", errors)
    for error in errors:
        _logger.error("closing the scope failed", exc_info=error)
        last.add_note(f"Closing the scope failed as well: {error!r}")
    if last is not body:
        raise last


@lru_cache(maxsize=1024)
def closing_method(cls: type) -> str | None:
    """Find the method that closes the instances of a class: `aclose`, `close` or `dispose`."""
    for name in ("aclose", "close", "dispose"):
        method = getattr(cls, name, None)
        if callable(method) and not any(map(_is_required, _parameters(method))):
            return name
    return None


def _parameters(method: Callable[..., object]) -> Iterator[Parameter]:
    try:
        parameters = iter(signature(method).parameters.values())
    except ValueError:  # some methods written in C do not tell
        return iter(())
    if isinstance(method, FunctionType):
        next(parameters, None)
    return parameters


def _is_required(parameter: Parameter) -> bool:
    various = parameter.kind in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
    return parameter.default is Parameter.empty and not various


def late(node: "Node", resource: Resource) -> Never:
    """Close what was finished after its scope had ended.

    Raises:
        ScopeClosedError: Always.
    """
    if is_awaited(resource):
        _logger.error("%s cannot be closed without being awaited", resource)
    else:
        _end(resource, None)
    raise ScopeClosedError((node.binding.step(),))


async def alate(node: "Node", resource: Resource) -> Never:
    """Close what was finished after its scope had ended.

    Raises:
        ScopeClosedError: Always.
    """
    await aclose([(node.slot, resource)], None)
    raise ScopeClosedError((node.binding.step(),))


def never_yielded(node: "Node") -> Never:
    """Report a generator that ended before it delivered.

    Raises:
        InvalidRegistrationError: Always.
    """
    path = (node.binding.step(),)
    raise InvalidRegistrationError(path, "Its generator yields nothing.", "Let it yield once.")
