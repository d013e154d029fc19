"""`Capabilities`: what a backend of jobs promises."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend of jobs promises. What a job or schedule needs beyond that is refused.

    Args:
        durable: Whether jobs outlive the process that enqueued them, and every worker sees them.
        transactional: Whether a job is stored by the transaction around its enqueue, and not
            after its commit, when the process may be killed before it is stored.
        delay: Whether a job can wait, before its first attempt and between two attempts.
        unique: Whether `unique` leaves out a job while another one has the same text.
        schedules: Whether each slot of a schedule is used once by all workers.
        chains: Whether jobs follow a job that is done.
        batches: Whether jobs follow the end of several: the backend is a `BatchBackend`.
    """

    durable: bool = False
    transactional: bool = False
    delay: bool = False
    unique: bool = False
    schedules: bool = False
    chains: bool = False
    batches: bool = False
