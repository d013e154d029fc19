"""Read replicas of an engine."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

_replicas: WeakKeyDictionary[Engine, tuple[Engine, ...]] = WeakKeyDictionary()


def add_replicas(engine: AsyncEngine, replicas: Sequence[AsyncEngine]) -> None:
    """Set the replicas of an engine, which are disposed of with it."""
    known = tuple(replica.sync_engine for replica in replicas)

    def dispose(_: Engine) -> None:
        for replica in known:
            replica.dispose()

    _replicas[engine.sync_engine] = known
    event.listen(engine.sync_engine, "engine_disposed", dispose)


def replicas_of(engine: Engine) -> tuple[Engine, ...]:
    """Return the replicas of an engine."""
    return _replicas.get(engine, ())
