"""Teardown: everything is closed in reverse order of creation, and every failure is reported."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from functools import lru_cache
from inspect import Parameter, iscoroutinefunction
from types import AsyncGeneratorType, FunctionType, GeneratorType, MethodDescriptorType
from typing import Never, cast

from .._dependency_path import Step, name_of
from ..exceptions import AsyncDependencyError
from ..registration._parameters import signature_of

type Resource = Generator[object] | AsyncGenerator[object] | Callable[[], object]
type Exit = tuple[object, Resource]
"""The slot something was made for, and what closes it."""


def is_awaited(resource: Resource) -> bool:
    """Return whether closing a resource has to be awaited."""
    return isinstance(resource, AsyncGeneratorType) or iscoroutinefunction(resource)


def refuse_awaited(exits: list[Exit]) -> None:
    """Refuse to close without awaiting what has to be awaited.

    Raises:
        AsyncDependencyError: Something has to be awaited; nothing was closed.
    """
    for slot, resource in reversed(exits):
        if is_awaited(resource):
            _refuse(slot)


def may_close(exits: list[Exit], body: BaseException | None) -> bool:
    """Return whether everything can be closed without awaiting; if not, add a note to `body`.

    Raises:
        AsyncDependencyError: Something has to be, and the body did not fail.
    """
    try:
        refuse_awaited(exits)
    except AsyncDependencyError as refusal:
        if body is None:
            raise
        body.add_note(f"What was opened stays open. {refusal}")
        return False
    return True


def close(exits: list[Exit], body: BaseException | None) -> None:
    """Close everything, none of which may have to be awaited.

    Raises:
        ExceptionGroup: What closing raised, if the body raised nothing.
    """
    failures: list[BaseException] = []
    while exits:
        slot, resource = exits.pop()
        try:
            if isinstance(end(resource, body), Awaitable):
                _refuse(slot)
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
        _, resource = exits.pop()
        try:
            if body is None and type(resource) is GeneratorType:
                # A loop, because next() raises StopIteration where a generator ends as it should.
                for _ in resource:
                    _refuse_second(resource)
            elif type(resource) is not AsyncGeneratorType:
                if isinstance(closing := end(resource, body), Awaitable):
                    await closing
            elif body is not None:
                await _athrow(resource, body)
            else:
                async for _ in resource:
                    await _arefuse_second(resource)
        except BaseException as failure:  # noqa: BLE001  # the rest still has to close
            failures.append(failure)
    if failures:
        _report(body, failures)


def _refuse(slot: object) -> Never:
    raise AsyncDependencyError((Step(getattr(slot, "key", slot)),))


def end(resource: Resource, body: BaseException | None) -> object:
    if type(resource) is not GeneratorType:
        return cast("Callable[[], object]", resource)()
    if body is not None:
        _throw(resource, body)
        return None
    for _ in resource:
        _refuse_second(resource)
    return None


def _throw(resource: Generator[object], body: BaseException) -> None:
    traceback = body.__traceback__
    try:
        resource.throw(body)
    except BaseException as failure:
        if not _is_passed_on(failure, body):
            raise
        # throw() added this frame, which holds `body`, to its traceback: a reference circle.
        body.__traceback__ = traceback
        return
    _refuse_second(resource)


async def _athrow(resource: AsyncGenerator[object], body: BaseException) -> None:
    traceback = body.__traceback__
    try:
        await resource.athrow(body)
    except BaseException as failure:
        if not _is_passed_on(failure, body):
            raise
        body.__traceback__ = traceback
        return
    await _arefuse_second(resource)


def _refuse_second(resource: Generator[object]) -> Never:
    resource.close()
    raise RuntimeError(f"{name_of(resource)} yielded more than once")


async def _arefuse_second(resource: AsyncGenerator[object]) -> Never:
    await resource.aclose()
    raise RuntimeError(f"{name_of(resource)} yielded more than once")


def _is_passed_on(failure: BaseException, body: BaseException) -> bool:
    """Return whether a generator passed the body's exception on, or ended on it; see PEP 479."""
    ends = StopIteration, StopAsyncIteration
    wrapped = isinstance(body, ends) and failure.__cause__ is body
    return isinstance(failure, ends) or failure is body or wrapped


def _report(body: BaseException | None, failures: list[BaseException]) -> None:
    """Raise what closing raised; if the body raised, log it and add notes to that exception."""
    last = next((each for each in failures if not isinstance(each, Exception)), body)
    if last is None:
        raise BaseExceptionGroup("closing the scope failed", failures)
    for failure in failures:
        if failure is not last:
            log_failure("closing the scope failed", failure)
            last.add_note(f"Closing the scope failed as well: {failure!r}")
    if last is not body:
        raise last


def log_failure(problem: str, failure: BaseException | None = None) -> None:
    # Imported here: logging takes longer to import than this package.
    from logging import getLogger

    getLogger("ftf.container").error(problem, exc_info=failure)


# Limited, because the cache keeps the classes alive, and programs make classes at run time.
@lru_cache(maxsize=1024)
def closing_method(cls: type) -> str | None:
    """Return the method that closes instances of a class: `aclose`, `close`, `dispose` or none."""
    for name in ("aclose", "close", "dispose"):
        method = getattr(cls, name, None)
        if callable(method) and not any(map(_is_required, _parameters(method))):
            return name
    return None


def makes_new(cls: type) -> bool:
    """Return whether calling a class always makes a new instance."""
    metaclasses = (meta for meta in type.mro(type(cls)) if meta not in {type, object})
    # Either can return an instance that exists already, as classes with one instance do.
    return not any(
        name in vars(each)
        for name, classes in (("__call__", metaclasses), ("__new__", cls.__mro__[:-1]))
        for each in classes
    )


def _parameters(method: Callable[..., object]) -> Iterator[Parameter]:
    parameters = iter(signature_of(method).parameters.values())
    # getattr() on a class returns a plain function, whose first parameter is the instance.
    if isinstance(method, (FunctionType, MethodDescriptorType)):
        next(parameters, None)
    return parameters


def _is_required(parameter: Parameter) -> bool:
    various = parameter.kind in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
    return parameter.default is Parameter.empty and not various
