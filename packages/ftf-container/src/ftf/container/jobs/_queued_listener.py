"""`QueuedListener`: a job that calls a listener with its event."""

from typing import ClassVar

from ._job import Job


class QueuedListener(Job):
    """A job that calls a listener; `ftf.container.events.Listeners.queue` makes its class.

    Attributes:
        listener: The class or function that is called.
        event: The event, the only field of the job.
    """

    listener: ClassVar[object]
    event: object
