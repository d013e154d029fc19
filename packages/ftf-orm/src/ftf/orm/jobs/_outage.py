"""`Outage`: a database that cannot be reached for a while."""

import logging
from asyncio import sleep
from types import TracebackType
from typing import Final

from ..engine._driver_errors import typed_error
from ..exceptions import DatabaseUnavailable, TransactionConflict

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_logger: Final = logging.getLogger("ftf.orm.jobs")


class Outage:
    """The time in which a database cannot be reached, or is busy; false if it is not such a time.

    A worker waits then, longer and longer, and does not end.
    """

    def __init__(self) -> None:
        self._failures = 0

    def __bool__(self) -> bool:
        return self._failures > 0

    def survived(self, problem: str) -> "_Attempt":
        """Log that the database cannot be reached or is busy, where the body raises it.

        Args:
            problem: What does not happen then, for the log.
        """
        return _Attempt(self, problem)

    def begin(self, problem: str, error: BaseException) -> None:
        """Note a failure, and log it."""
        self._failures += 1
        _logger.warning("%s for %.1f s: %s", problem, self._pause, error)

    def end(self) -> None:
        """Note that the database can be reached."""
        self._failures = 0

    async def pause(self) -> None:
        """Wait a while after a failure, longer after each one."""
        await sleep(self._pause)

    @property
    def _pause(self) -> float:
        # Not longer after the tenth: a power of a great number takes long.
        return min(_LONGEST_PAUSE, _FIRST_PAUSE * float(2 ** min(self._failures, 10)))


class _Attempt:
    """A block that uses the database; a class, because only `__exit__` can say that it suppresses.

    Args:
        outage: What it begins or ends.
        problem: What does not happen if it fails.
    """

    def __init__(self, outage: Outage, problem: str) -> None:
        self._outage = outage
        self._problem = problem

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        if error is None:
            self._outage.end()
            return False
        is_outage = isinstance(
            typed_error(error) or error, DatabaseUnavailable | TransactionConflict
        )
        if is_outage:
            self._outage.begin(self._problem, error)
        return is_outage
