"""Sessions that read from replicas, and `using_primary`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, SelectBase
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ..engine._driver_errors import typed_error
from ..engine._replicas import replicas_of
from ..exceptions import DatabaseUnavailable
from ._session_state import SessionState, has_begun, has_pending

_primary_only: ContextVar[bool] = ContextVar("ftf_orm_primary_only", default=False)


class RoutingSession(Session):
    """A session whose reads outside of a transaction go to one replica, until it writes."""

    def get_bind(self, *arguments: Any, **options: Any) -> Engine | Connection:  # noqa: ANN401  # SQLAlchemy's
        """Return the engine of a statement."""
        primary = super().get_bind(*arguments, **options)
        state = SessionState.of(self)
        state.primary = None
        if not (isinstance(primary, Engine) and self._may_read_elsewhere(options.get("clause"))):
            return primary
        if state.reads_from is None:
            state.reads_from = replicas_of(primary).choose() or primary
        state.primary = primary if state.reads_from is not primary else None
        return state.reads_from

    def _may_read_elsewhere(self, clause: object) -> bool:
        is_read = (
            isinstance(clause, SelectBase) and getattr(clause, "_for_update_arg", None) is None
        )
        stays = _primary_only.get() or SessionState.of(self).has_written or has_begun(self)
        return is_read and not stays


def leave_replica(session: AsyncSession, error: BaseException) -> bool:
    """Make a session read from its primary, if its last statement did not reach the replica.

    Return whether the read can run again: it cannot if a rollback loses pending changes.
    """
    state = SessionState.of(session)
    primary, replica = state.primary, state.reads_from
    if primary is None or replica is None or isinstance(error, NoFreeConnection):
        return False
    if not isinstance(typed_error(error), DatabaseUnavailable):
        return False
    replicas_of(primary).leave_out(replica, error)
    state.reads_from = primary
    return not has_pending(session)


@contextmanager
def using_primary() -> Iterator[None]:
    """Send all reads of the block, in this task, to the primary database.

    A replica can be some moments behind. Reads in a `transaction`, reads with a lock and all that
    a session reads after its first write are sent to the primary anyway.

    Examples:
        ```python
        with using_primary():
            order = await orders.find(key)  # which another process has just stored
        ```
    """
    before = _primary_only.set(True)
    try:
        yield
    finally:
        _primary_only.reset(before)
