"""Databases that cannot be reached or prepared, and statements that take too long."""

from collections.abc import Sequence

from ._error import OrmError


class DatabaseUnavailable(OrmError):
    """The database refuses connections, closed one, or has none left. Nothing was stored."""

    def __str__(self) -> str:
        return "The database cannot be reached at the moment: try again later"


class QueryTimeout(OrmError):
    """A query took longer than its time limit, and the database ended it.

    Args:
        seconds: The limit.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"The query took longer than {self.seconds} seconds"


class MissingDriver(OrmError, ImportError):
    """The driver of the database is not installed.

    Args:
        driver: The module that is missing.
        extra: The extra of ftf-orm that installs it.
    """

    def __init__(self, driver: str, extra: str) -> None:
        super().__init__(driver, extra)
        self.driver = driver
        self.extra = extra

    def __str__(self) -> str:
        return f'The driver {self.driver} is not installed: pip install "ftf-orm[{self.extra}]"'


class MigrationError(OrmError):
    """A migration cannot run, or would leave the database worse than it was."""


class SeederFailed(OrmError):
    """A seeder failed. Its own writes are rolled back; its error is the cause.

    Args:
        seeder: The class of the seeder.
        done: The seeders that ran before it, whose records are stored.
    """

    def __init__(self, seeder: type, done: Sequence[type]) -> None:
        super().__init__(seeder, done)
        self.seeder = seeder
        self.done: tuple[type, ...] = tuple(done)

    def __str__(self) -> str:
        before = ", ".join(each.__name__ for each in self.done) or "nothing"
        return (
            f"{self.seeder.__name__} failed with {self.__cause__!r}, and stored nothing; "
            f"stored before it: {before}"
        )


class SeederRefused(OrmError):
    """Seeders are not for the environment that they were to run in. None has run.

    Args:
        seeders: The classes of the seeders.
        environment: The environment.
    """

    def __init__(self, seeders: Sequence[type], environment: str) -> None:
        super().__init__(seeders, environment)
        self.seeders: tuple[type, ...] = tuple(seeders)
        self.environment = environment

    def __str__(self) -> str:
        names = ", ".join(each.__name__ for each in self.seeders)
        return (
            f"{names}: not for the environment {self.environment!r}, which FTF_ENV names. Add it "
            "to `environments`, or pass force=True"
        )


class WrongEventLoop(OrmError, RuntimeError):
    """An engine is used in another event loop than the one that opened its connections."""

    def __str__(self) -> str:
        return (
            "The engine has connections of another event loop, such as that of an earlier "
            "`asyncio.run`: use one loop, or `await engine.dispose()` at the end of each"
        )
