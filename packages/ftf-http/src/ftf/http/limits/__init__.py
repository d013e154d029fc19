"""Limits: how often a client, a user or an account may do something."""

from ._caller import By, Caller
from ._key import account, account_by, both, client_network, user
from ._limit import Limit, LimitOptions
from ._outage import GuardedStore
from ._outcome import Outcome, Take
from ._provider import LimitsProvider
from ._throttle import Throttle, throttle
from .exceptions import InvalidLimitError, LimitExceeded, LimitsUnavailable, UnknownLimitError
from .stores._clock import LimitClock
from .stores._memory import MemoryLimits
from .stores._postgres import PostgresLimits
from .stores._redis import RedisClient, RedisLimits
from .stores._store import LimitStore

__all__ = [
    "By",
    "Caller",
    "GuardedStore",
    "InvalidLimitError",
    "Limit",
    "LimitClock",
    "LimitExceeded",
    "LimitOptions",
    "LimitStore",
    "LimitsProvider",
    "LimitsUnavailable",
    "MemoryLimits",
    "Outcome",
    "PostgresLimits",
    "RedisClient",
    "RedisLimits",
    "Take",
    "Throttle",
    "UnknownLimitError",
    "account",
    "account_by",
    "both",
    "client_network",
    "throttle",
    "user",
]
