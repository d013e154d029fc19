"""What is asked of a limit, and its answer."""

from typing import NamedTuple

from ._limit import Limit


class Take(NamedTuple):
    """A request for a part of the quota that a limit has for one key.

    Attributes:
        limit: The limit.
        key: Whose quota it is; with the limit's name it identifies the quota in a store.
        cost: How much of the quota is taken.
    """

    limit: Limit
    key: str
    cost: int = 1


class Outcome(NamedTuple):
    """The answer of a limit; times are in microseconds.

    Attributes:
        allowed: Whether the quota sufficed.
        remaining: What is left of the quota.
        reset: The time until the whole quota is there again.
        retry: The time until the same cost would be allowed; 0 if it was.
        at: When it was taken, by the clock of the store; what gives it back needs that.
        degraded: Whether the store was out of order, and the limit's `on_outage` has answered.
    """

    allowed: bool
    remaining: int
    reset: int
    retry: int = 0
    at: int = 0
    degraded: bool = False
