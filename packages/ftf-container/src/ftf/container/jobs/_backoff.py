"""How long a failed job waits before it runs again."""

from dataclasses import dataclass
from random import Random
from typing import Protocol

_random = Random()  # noqa: S311  # it spreads load, and hides nothing


class Backoff(Protocol):
    """Returns how long a job waits after a failed attempt."""

    def seconds_after(self, attempt: int, /) -> float:
        """Return the seconds until the next attempt.

        Args:
            attempt: The number of the attempt that failed, 1 for the first.
        """


@dataclass(frozen=True, slots=True)
class Exponential:
    """Waits a random time, up to a limit that grows by a factor with each attempt.

    The time is uniform from 0 to the limit ("full jitter": Brooker, Exponential Backoff And Jitter,
    2015), so that jobs that fail together do not come back together.

    Args:
        base: The limit after the first attempt, and the factor, in seconds.
        cap: The greatest limit in seconds.
    """

    base: float = 2
    cap: float = 300

    def __post_init__(self) -> None:
        if self.base < 1 or self.cap < 0:
            raise ValueError(
                f"Exponential(base={self.base}, cap={self.cap}): the base is at least 1, and the "
                "cap is not negative"
            )

    def seconds_after(self, attempt: int, /) -> float:
        """Return the seconds until the next attempt."""
        try:
            limit = min(self.cap, self.base**attempt)
        except OverflowError:
            limit = self.cap
        return _random.uniform(0, limit)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Waits the same time after each attempt.

    Args:
        seconds: The time in seconds.
    """

    seconds: float

    def __post_init__(self) -> None:
        if self.seconds < 0:
            raise ValueError(f"Fixed(seconds={self.seconds}): the seconds are not negative")

    def seconds_after(self, attempt: int, /) -> float:  # noqa: ARG002  # the same for each
        """Return the seconds until the next attempt."""
        return self.seconds
