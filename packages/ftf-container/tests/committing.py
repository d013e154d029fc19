"""A unit of work, and a transaction."""

from contextlib import asynccontextmanager
from inspect import isawaitable

from services import Journal

from ftf.container import UnitsOfWork, defer_until_commit


class Unit:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    async def commit(self) -> None:
        self.journal.append("commit")

    async def rollback(self) -> None:
        self.journal.append("rollback")


class Transaction:
    """A transaction that is committed when its block ends without an error."""

    def __init__(self) -> None:
        self.callbacks = []

    def after_commit(self, callback) -> None:
        self.callbacks.append(callback)

    @asynccontextmanager
    async def open(self, units: UnitsOfWork | None = None):
        with defer_until_commit(self, units):
            yield
        for callback in self.callbacks:
            if isawaitable(result := callback()):
                await result
