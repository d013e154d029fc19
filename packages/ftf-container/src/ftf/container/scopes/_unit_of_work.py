"""Units of work: changes that are committed or rolled back together."""

from typing import Protocol


class UnitOfWork(Protocol):
    """Changes that take effect together or not at all, such as an `AsyncSession`."""

    async def commit(self) -> None:
        """Make the changes permanent."""

    async def rollback(self) -> None:
        """Undo the changes."""


class UnitsOfWork:
    """The units of work of one scope. The factory that opens one adds it.

    The code that opened the scope settles them before it reports an outcome; ftf-http does so just
    before a response starts. Units that are not settled stay as they are.
    """

    __slots__ = ("_rollback_only", "_units")

    def __init__(self) -> None:
        self._units: list[UnitOfWork] = []
        self._rollback_only = False

    def __bool__(self) -> bool:
        return bool(self._units)

    def add(self, unit: UnitOfWork) -> None:
        """Settle a unit of work together with the others."""
        self._units.append(unit)

    def mark_rollback(self) -> None:
        """Roll back whatever the status of the response will be."""
        self._rollback_only = True

    async def settle(self, *, commit: bool) -> None:
        """Commit, or roll back if `commit` is false, the marker is set, or a commit fails.

        Raises:
            Exception: What a commit raised; what was not committed is rolled back.
            ExceptionGroup: What rolling back raised.
        """
        units, self._units = self._units, []
        try:
            while units and commit and not self._rollback_only:
                await units[0].commit()
                del units[0]
        finally:
            await _roll_back(units)


async def _roll_back(units: list[UnitOfWork]) -> None:
    failures: list[Exception] = []
    while units:
        try:
            await units.pop().rollback()
        except Exception as failure:  # noqa: BLE001  # the rest still has to be rolled back
            failures.append(failure)
    if failures:
        raise ExceptionGroup("rolling back failed", failures)
