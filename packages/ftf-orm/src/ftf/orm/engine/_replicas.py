"""Read replicas of an engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from logging import getLogger
from random import choice
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

_PAUSE = 10.0  # seconds
_log = getLogger("ftf.orm")


@dataclass(frozen=True, slots=True)
class Replicas:
    """The read replicas of an engine. One that cannot be reached is left out for ten seconds.

    Args:
        engines: Their engines.
        failed_at: When a replica could not be reached last, in seconds of the monotonic clock.
    """

    engines: tuple[Engine, ...]
    failed_at: dict[Engine, float] = field(default_factory=dict)

    def choose(self) -> Engine | None:
        """Return a replica, or None if all of them are left out."""
        now = monotonic()
        reachable = [
            each for each in self.engines if now - self.failed_at.get(each, -_PAUSE) >= _PAUSE
        ]
        return choice(reachable) if reachable else None  # noqa: S311  # no secret

    def leave_out(self, replica: Engine, error: BaseException) -> None:
        """Choose a replica no more for some seconds, and log why."""
        self.failed_at[replica] = monotonic()
        _log.warning("The replica %r cannot be reached and is left out: %s", replica.url, error)


_NONE = Replicas(())
_replicas: WeakKeyDictionary[Engine, Replicas] = WeakKeyDictionary()


def add_replicas(engine: AsyncEngine, replicas: Sequence[AsyncEngine]) -> None:
    """Set the replicas of an engine, which are disposed of with it."""
    known = tuple(replica.sync_engine for replica in replicas)

    def dispose(_: Engine) -> None:
        for replica in known:
            replica.dispose()

    _replicas[engine.sync_engine] = Replicas(known)
    event.listen(engine.sync_engine, "engine_disposed", dispose)


def replicas_of(engine: Engine) -> Replicas:
    """Return the replicas of an engine."""
    return _replicas.get(engine, _NONE)
