"""Listeners that are called by a job."""

from dataclasses import dataclass, replace
from types import new_class
from typing import Any, TypedDict

from .._container import Container
from .._dependency_path import name_of
from ..jobs import Backoff, Jobs, QueuedListener, UnwritableJob
from ..jobs import JobRegistry as Registry
from ..scopes._scope import Scope
from ._calls import call_all
from ._listener import USUAL_METHOD, Listener
from ._nesting import Nesting


class QueueOptions(TypedDict, total=False):
    """How a queued listener is run; see `ftf.container.jobs.Job`."""

    name: str
    queue: str
    attempts: int | None
    backoff: Backoff | None
    timeout: float | None
    retry_on: tuple[type[Exception], ...] | None


def queued(container: Container, listener: Listener, options: QueueOptions) -> Listener:
    """Return a listener that enqueues a job, which calls another listener.

    Raises:
        InvalidRegistrationError: Another job has its name.
        UnwritableType: A field of the event cannot be written as JSON.
    """
    job = _job_of(listener, options)
    Registry.of(container).register(job)

    async def enqueue(event: Any, jobs: Jobs) -> None:  # noqa: ANN401  # of the listener's type
        if type(event) is not listener.event:
            kind, known = name_of(type(event)), name_of(listener.event)
            reason = f"but {listener} is queued for {known} only: queue it for {kind} as well"
            raise UnwritableJob(f"{listener.target.__name__}.event", event, reason)
        await jobs.enqueue(job(event))

    container.declare(enqueue, "event", label=f"queue of {name_of(listener.event)}")
    return replace(listener, enqueue=enqueue)


def _job_of(listener: Listener, options: QueueOptions) -> Any:  # noqa: ANN401  # its field has the listener's type
    """Return the class of the jobs that call a listener."""
    call = call_all((listener,))
    usual = listener.is_class and listener.name == USUAL_METHOD
    label = name_of(listener.target) if usual else str(listener)

    async def handle(self: QueuedListener, scope: Scope) -> None:
        await call(Nesting(), scope, self.event)

    body = {
        "__annotations__": {"event": listener.event},
        "__doc__": f"Calls {listener} with its event.",
        "__module__": listener.target.__module__,
        "handle": handle,
        "listener": staticmethod(listener.target),  # a function must not become a method
    }
    keywords: dict[str, Any] = {"name": f"{label}({name_of(listener.event)})", **options}
    made = new_class(label, (QueuedListener,), keywords, lambda into: into.update(body))
    return dataclass(frozen=True)(made)
