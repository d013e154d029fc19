"""Jobs: work that is described now and done later."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Any, ClassVar, Final, cast

from .._dependency_path import Step, location_of, name_of
from ..exceptions import InvalidRegistrationError
from ..registration._factory_kind import Kind
from ..registration._parameters import parameters_of
from ._backoff import Backoff, Exponential

EXPONENTIAL: Final = Exponential()


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How the jobs of a class are run.

    Args:
        name: What stored jobs name the class by; the name of the class by default.
        queue: The queue that they wait in.
        attempts: How often a job runs before it has failed.
        backoff: How long it waits between attempts.
        timeout: The seconds that an attempt may take; unlimited by default.
        retry_on: The exceptions after which it runs again; all by default.
    """

    name: str
    queue: str = "default"
    attempts: int = 3
    backoff: Backoff = EXPONENTIAL
    timeout: float | None = None
    retry_on: tuple[type[Exception], ...] = (Exception,)


class Job:
    """Work that is described by its fields and done later, by its method `handle`.

    A subclass is a frozen dataclass, whose fields can be written as JSON. `handle` is a plain or
    async method whose parameters are services. A method `failed(self, error, ...)` is called after
    the last attempt, with services as well. A subclass of a job has its options except the name,
    unless it is given others.

    Examples:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class SendReceipt(Job, queue="mail", attempts=5):
        ...     order_id: int
        ...
        ...     async def handle(self) -> None: ...
        >>> SendReceipt.options.queue
        'mail'
    """

    options: ClassVar[JobOptions]

    def __init_subclass__(
        cls,
        *,
        name: str = "",
        queue: str = "",
        attempts: int | None = None,
        backoff: Backoff | None = None,
        timeout: float | None = None,
        retry_on: tuple[type[Exception], ...] | None = None,
    ) -> None:
        # @dataclass(slots=True) makes the class anew, without what it was given.
        if "options" not in vars(cls):
            base = getattr(cls, "options", JobOptions(""))
            cls.options = JobOptions(
                name or cls.__name__,
                queue or base.queue,
                base.attempts if attempts is None else attempts,
                backoff or base.backoff,
                base.timeout if timeout is None else timeout,
                base.retry_on if retry_on is None else retry_on,
            )


def check(job: type[Job]) -> None:
    """Check that jobs of a class can be run.

    Raises:
        InvalidRegistrationError: They cannot.
    """
    given = cast("object", job)
    if not (isinstance(given, type) and issubclass(given, Job)):
        problem = f"{name_of(job)} is not a subclass of `Job`."
        raise _refusal(job, problem, "Write `class SendReceipt(Job): ...`.")
    for problem, remedy in _faults(job):
        raise _refusal(job, problem, remedy)


def _refusal(job: object, problem: str, remedy: str) -> InvalidRegistrationError:
    return InvalidRegistrationError((Step(job, "", location_of(job)),), problem, remedy)


def _faults(job: type[Job]) -> Iterator[tuple[str, str]]:
    name = name_of(job)
    parameters: Any = vars(job).get("__dataclass_params__")
    if parameters is None or not parameters.frozen:
        yield f"{name} is not a frozen dataclass.", "Write `@dataclass(frozen=True)` above it."
    handle: Callable[..., object] | None = getattr(job, "handle", None)
    options = job.options
    if handle is None:
        yield f"{name} has no method `handle`.", "Add `async def handle(self): ...`."
    elif (kind := Kind.of(handle)).is_generator:
        yield f"`handle` of {name} yields.", "Leave the `yield` out."
    elif options.timeout is not None and not kind.is_async:
        problem = f"`handle` of {name} is a plain method, which cannot be ended by a timeout."
        yield problem, "Make it async, or leave the timeout out."
    failed: Callable[..., object] | None = getattr(job, "failed", None)
    for method in (handle, failed):
        yield from _faults_of_thread(name, method) if method is not None else ()
    if failed is not None and "error" not in signature(failed).parameters:
        problem = f"`failed` of {name} has no parameter `error`."
        yield problem, "Write `async def failed(self, error: Exception): ...`."
    retry_on: object = options.retry_on
    if not isinstance(retry_on, tuple) or not all(map(_is_exception, retry_on)):
        problem = f"`retry_on` of {name} is not a tuple of exception classes."
        yield problem, "Write `retry_on=(ConnectionError,)`."
    if options.attempts < 1:
        yield f"{name} has {options.attempts} attempts.", "Allow at least one."
    if options.timeout is not None and options.timeout <= 0:
        yield f"The timeout of {name} is {options.timeout} s.", "Allow more than 0 s."


def _faults_of_thread(job: str, method: Callable[..., object]) -> Iterator[tuple[str, str]]:
    """Return the parameters of a plain method that cannot be used in its thread.

    Something that is entered by `async with` alone, such as an `AsyncSession` or the client of a
    server, belongs to the event loop.
    """
    if Kind.of(method) is not Kind.CALL:
        return
    for each in parameters_of(method, {}):
        is_async = hasattr(each.hint, "__aenter__") and not hasattr(each.hint, "__enter__")
        if isinstance(each.hint, type) and is_async:
            problem = (
                f"`{method.__name__}` of {job} is a plain method, which runs in a thread, but its "
                f"{each.name} is of the type {name_of(each.hint)}, which belongs to the event loop."
            )
            yield problem, "Make the method async."


def _is_exception(found: object) -> bool:
    return isinstance(found, type) and issubclass(found, Exception)
