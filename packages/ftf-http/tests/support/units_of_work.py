"""Units of work that stand for database sessions."""


class RecordingUnit:
    """Adds `commit` or `rollback` to a log."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def commit(self) -> None:
        self.log.append("commit")

    async def rollback(self) -> None:
        self.log.append("rollback")


class FailingUnit:
    """Cannot be committed."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def commit(self) -> None:
        raise self.error

    async def rollback(self) -> None: ...
