"""`JobRegistry`: the classes of jobs that a container can run, by name."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import isawaitable, iscoroutinefunction
from typing import Any, NamedTuple, Self, cast

from .._container import Container
from .._dependency_path import Step, location_of, name_of
from ..exceptions import InvalidRegistrationError
from ._job import Job, check
from ._run import JobRun, refuse
from .exceptions import UnknownJob
from .stored._codec import form_of_dataclass
from .stored._envelope import Envelope
from .stored._scalars import Form, Json


class Registered(NamedTuple):
    """A class of jobs.

    Args:
        job: The class.
        form: How its fields are written and read.
        handle: Its method `handle`, as an async function.
        failed: Its method `failed`, if it has one.
    """

    job: type[Job]
    form: Form
    handle: Callable[..., Any]
    failed: Callable[..., Any] | None

    def read(self, payload: Json) -> Job:
        """Return the job that was written.

        Raises:
            UnreadableJob: It does not fit the class.
        """
        return cast("Job", self.form.read(payload, name_of(self.job)))


class JobRegistry:
    """The classes of jobs of one container, filled while service providers register.

    Args:
        container: What delivers the services that handlers ask for.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._by_name: dict[str, Registered] = {}

    @classmethod
    def of(cls, container: Container) -> Self:
        """Return the classes of jobs of a container; register them at first."""
        if cls not in container:
            container.instance(cls, cls(container))
            container.register(JobRun, refuse, scope="scoped")
        return container.resolve(cls)

    def register(self, *jobs: type[Job]) -> None:
        """Register classes of jobs, so that they can be enqueued and run.

        Raises:
            InvalidRegistrationError: One cannot be run, or another one has its name.
            UnwritableType: A field cannot be written as JSON.
        """
        for job in jobs:
            check(job)
            name = job.options.name
            other = self._by_name.get(name)
            if other is not None and other.job is not job:
                places = f"{location_of(other.job)} and {location_of(job)}"
                problem = f"Two classes of jobs have the name {name!r}: {places}."
                remedy = "Give one another name: `class NewName(Job, name=...)`."
                raise InvalidRegistrationError((Step(job),), problem, remedy)
            self._by_name[name] = self._registered(job)

    @property
    def all(self) -> Sequence[type[Job]]:
        """The classes of jobs that are registered."""
        return tuple(each.job for each in self._by_name.values())

    @property
    def queues(self) -> Sequence[str]:
        """The queues of the classes that are registered, and the one of jobs that name none."""
        return sorted({"default", *(each.job.options.queue for each in self._by_name.values())})

    def write(self, job: Job) -> Json:
        """Return the fields of a job as they are stored.

        Raises:
            InvalidRegistrationError: Its class is not registered.
            UnwritableJob: A field cannot be written as JSON.
        """
        return self.of_job(job).form.write(job, type(job).__name__)

    def find(self, name: str) -> Registered | None:
        """Return the class of jobs with a name, if one is registered."""
        return self._by_name.get(name)

    def read(self, name: str, payload: Json) -> Job:
        """Return a stored job.

        Args:
            name: The name of its class.
            payload: Its fields.

        Raises:
            UnknownJob: No class has the name.
            UnreadableJob: It does not fit the class.
        """
        if (registered := self.find(name)) is None:
            raise UnknownJob(name)
        return registered.read(payload)

    def read_chain(self, envelope: Envelope) -> list[Job]:
        """Return a stored job and those that follow it, in their order.

        Raises:
            UnknownJob: No class has the name of one.
            UnreadableJob: One does not fit its class.
        """
        links: Any = envelope.chain or {"following": ()}
        found = [(envelope.name, envelope.payload)]
        found += [(each["name"], each["payload"]) for each in links["following"]]
        return [self.read(*each) for each in found]

    def of_job(self, job: Job) -> Registered:
        """Return what is registered for the class of a job.

        Raises:
            InvalidRegistrationError: It is not registered.
            TypeError: It is not a job.
        """
        if not isinstance(cast("object", job), Job):
            raise TypeError(
                f"{job!r} is not a job: pass an instance of a class of jobs, such as SendReceipt(7)"
            )
        found = self._by_name.get(job.options.name)
        if found is None or found.job is not type(job):
            kind = type(job)
            problem = f"{name_of(kind)} is not registered, so no worker could run it."
            remedy = f"Register it: `JobRegistry.of(container).register({name_of(kind)})`."
            raise InvalidRegistrationError((Step(kind, "", location_of(kind)),), problem, remedy)
        return found

    def _registered(self, job: type[Job]) -> Registered:
        handle: Callable[..., Any] = getattr(job, "handle")  # noqa: B009  # checked
        failed: Callable[..., Any] | None = getattr(job, "failed", None)
        form = form_of_dataclass(job, name_of(job))
        label = f"job {job.options.name}"
        self._container.declare(handle, "self", label=label)
        if failed is not None:
            self._container.declare(failed, "self", "error", label=label)
        return Registered(job, form, _awaited(handle), _awaited(failed) if failed else None)


def _awaited(method: Callable[..., Any]) -> Callable[..., Any]:
    return method if iscoroutinefunction(method) else _in_thread(method)


def _in_thread(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Return an async function that calls a plain one in a thread."""

    @wraps(handle)
    async def call(*args: object, **kwargs: object) -> object:
        from asyncio import to_thread  # not needed by what only enqueues

        result = await to_thread(handle, *args, **kwargs)
        return await result if isawaitable(result) else result

    return call
