"""Watching every connection of the process while a test runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Dialect, Engine, event

from ._origin import application_line

_IN_MEMORY = (":memory:", "mode=memory")  # of paths and URIs, which end with their options

type Refusal = Callable[[str], str | None]
"""What is said to those who connect to a database, by its name, or None if they may."""


class DatabaseAccessError(RuntimeError):
    """A connection that the running test must not have."""


class Watch:
    """Refuses connections, and remembers who commits.

    Attributes:
        commits: The lines of the application that committed, by whatever connection.
        recording: Whether the test uses the test database.
        refused: The last refusal.
    """

    def __init__(self) -> None:
        self.commits: list[str] = []
        self.recording = False
        self.refused: DatabaseAccessError | None = None
        self._refusal: Refusal | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to every engine there is or will be."""
        listeners: dict[str, Callable[..., None]] = {
            "do_connect": self._before_connecting,
            "engine_connect": self._after_connecting,
            "commit": self._before_commit,
        }
        for name, listener in listeners.items():
            event.listen(Engine, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners.items():
                event.remove(Engine, name, listener)

    @contextmanager
    def refusing(self, refusal: Refusal) -> Iterator[None]:
        """Refuse connections to databases; those in memory belong to who opens them."""
        before, self._refusal = self._refusal, refusal
        try:
            yield
        finally:
            self._refusal = before

    def forget(self) -> None:
        """Begin with another test."""
        self.commits.clear()
        self.recording = False
        self.refused = None

    def record(self) -> None:
        """Remember commits and refuse nothing for the rest of the test."""
        self.recording = True
        self._refusal = None

    def _before_connecting(
        self, dialect: Dialect, _: object, args: Sequence[object], options: Mapping[str, object]
    ) -> None:
        self._check(dialect, args, options)

    def _after_connecting(self, connection: Connection) -> None:
        """Look at a connection that may come from a pool, where it was left by another test."""
        if self._refusal is not None:
            engine = connection.engine
            try:
                self._check(engine.dialect, *engine.dialect.create_connect_args(engine.url))
            except DatabaseAccessError:
                connection.close()
                raise

    def _check(
        self, dialect: Dialect, args: Sequence[object], options: Mapping[str, object]
    ) -> None:
        database = str(args[0] if args else options.get("database", options.get("dbname")))
        if dialect.name == "sqlite" and any(kind in database for kind in _IN_MEMORY):
            return
        if self._refusal is None or not (reason := self._refusal(database)):
            return
        self.refused = DatabaseAccessError(f"{reason} [{application_line()}]")
        raise self.refused

    def _before_commit(self, _: Connection) -> None:
        if self.recording:
            self.commits.append(application_line())
