"""Sessions that read from replicas, and `using_primary`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import choice
from typing import Any

from sqlalchemy import Connection, Engine, SelectBase
from sqlalchemy.orm import Session

from ..engine._replicas import replicas_of
from ._session_state import SessionState, has_begun

_primary_only: ContextVar[bool] = ContextVar("ftf_orm_primary_only", default=False)


class RoutingSession(Session):
    """A session whose reads outside of a transaction go to one replica, until it writes."""

    def get_bind(self, *arguments: Any, **options: Any) -> Engine | Connection:  # noqa: ANN401  # SQLAlchemy's
        """Return the engine of a statement."""
        primary = super().get_bind(*arguments, **options)
        if not (isinstance(primary, Engine) and self._may_read_elsewhere(options.get("clause"))):
            return primary
        state = SessionState.of(self)
        if state.replica is None:
            state.replica = choice(replicas_of(primary) or (primary,))  # noqa: S311  # no secret
        return state.replica

    def _may_read_elsewhere(self, clause: object) -> bool:
        is_read = (
            isinstance(clause, SelectBase) and getattr(clause, "_for_update_arg", None) is None
        )
        stays = _primary_only.get() or SessionState.of(self).has_written or has_begun(self)
        return is_read and not stays


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
