"""`Limit`: how much is allowed in which time, and for whom."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Self, TypedDict, Unpack

from ._caller import By
from ._key import client_network
from .exceptions import InvalidLimitError

MICROSECONDS: Final = 1_000_000
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_EXACT_QUOTA = 1_000
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "count": ("all", "failures"),
    "then": ("refuse", "slow"),
    "on_outage": ("local", "allow", "deny"),
}


class LimitOptions(TypedDict, total=False):
    """The options of a limit, as `Limit` documents them."""

    burst: int | None
    by: By
    count: Literal["all", "failures"]
    then: Literal["refuse", "slow"]
    exact: bool | None
    on_outage: Literal["local", "allow", "deny"]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A quota for each key, in a period that moves with the clock.

    A key that was idle has `burst` at once; each use comes back `period / quota` seconds after the
    one before it (GCRA). That admits at most `quota + burst` in any period. An exact limit
    remembers the time of each use and never admits more than `quota`.

    Args:
        quota: How much is allowed in a period.
        period: Seconds.
        burst: How much an idle key may use at once; by default the quota.
        by: Returns whose quota it is; a call for which it returns `None` is not limited.
        count: `"all"` counts every call; `"failures"` gives back what a success has taken: a
            response below 400, or a block of `Throttle.attempt` that raised nothing.
        then: What happens where the quota is used up: `"refuse"` answers 429, `"slow"` waits two
            seconds and goes on, so that an attacker does not lock the owner of an account out.
        exact: Whether the limit is exact; by default if it counts failures and the quota is at most
            1,000, which is the most that an exact limit takes.
        on_outage: What happens where the store cannot be reached: `"local"` counts in this process,
            `"allow"` does not count, `"deny"` answers 503.
        name: Set by `add_limit`: what the limit is called in response headers and in stores.

    Raises:
        InvalidLimitError: A value is out of range.
    """

    quota: int
    period: float
    burst: int | None = None
    by: By = client_network
    count: Literal["all", "failures"] = "all"
    then: Literal["refuse", "slow"] = "refuse"
    exact: bool | None = None
    on_outage: Literal["local", "allow", "deny"] = "local"
    name: str = ""
    interval: int = field(init=False, repr=False, compare=False)
    tolerance: int = field(init=False, repr=False, compare=False)
    microseconds: int = field(init=False, repr=False, compare=False)
    is_exact: bool = field(init=False, repr=False, compare=False)
    most: int = field(init=False, repr=False, compare=False)
    policy_field: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check()
        exact = self.exact
        if exact is None:
            exact = self.count == "failures" and self.quota <= _EXACT_QUOTA and self.burst is None
        period = math.ceil(self.period * MICROSECONDS)
        # Rounded up, so that a period never admits more than the quota.
        interval = -(-period // self.quota)
        most = self.quota if exact or self.burst is None else self.burst
        facts = {
            "is_exact": exact,
            "microseconds": period,
            "interval": interval,
            "tolerance": interval * most,
            "most": most,
            # The limit in the response field RateLimit-Policy; see `_fields`.
            "policy_field": f'"{self.name}";q={self.quota};w={seconds(period)}',
        }
        for name, value in facts.items():
            object.__setattr__(self, name, value)

    @classmethod
    def per_second(cls, quota: int, **options: Unpack[LimitOptions]) -> Self:
        """Return a limit with a period of a second."""
        return cls(quota=quota, period=1, **options)

    @classmethod
    def per_minute(cls, quota: int, **options: Unpack[LimitOptions]) -> Self:
        """Return a limit with a period of a minute."""
        return cls(quota=quota, period=_MINUTE, **options)

    @classmethod
    def per_hour(cls, quota: int, **options: Unpack[LimitOptions]) -> Self:
        """Return a limit with a period of an hour."""
        return cls(quota=quota, period=_HOUR, **options)

    @classmethod
    def per_day(cls, quota: int, **options: Unpack[LimitOptions]) -> Self:
        """Return a limit with a period of a day."""
        return cls(quota=quota, period=_DAY, **options)

    def _check(self) -> None:
        _check_number("quota", self.quota)
        if self.burst is not None:
            _check_number("burst", self.burst)
        if not (math.isfinite(self.period) and self.period > 0):
            raise InvalidLimitError("period", self.period, "a number of seconds above 0")
        if self.quota > self.period * MICROSECONDS:
            raise InvalidLimitError("quota", self.quota, "at most a million a second")
        if self.exact and self.quota > _EXACT_QUOTA:
            remedy = f"at most {_EXACT_QUOTA:,} where the limit is exact"
            raise InvalidLimitError("quota", self.quota, remedy)
        if self.exact and self.burst is not None:
            raise InvalidLimitError("burst", self.burst, "left out where the limit is exact")
        for name, choices in _CHOICES.items():
            if (value := getattr(self, name)) not in choices:
                raise InvalidLimitError(name, value, " or ".join(map(repr, choices)))
        if not callable(self.by):
            raise InvalidLimitError("by", self.by, "a function that returns a key")


def seconds(microseconds: int) -> int:
    """Return whole seconds, rounded up."""
    return -(-microseconds // MICROSECONDS)


def _check_number(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidLimitError(name, value, "a whole number from 1")
