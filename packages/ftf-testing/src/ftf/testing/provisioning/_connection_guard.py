"""The connection guard, which refuses connections that the running test must not open."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Dialect, Engine, event, make_url

from .._application_lines import NO_LINE, application_line
from ._address import DatabaseAddress
from ._own_thread import IS_OWN_WORK

type Refusal = Callable[[DatabaseAddress], str | None]
"""Returns why a test must not connect to a database, and the remedy; None if it may."""

_OTHER = (
    "which is not the test database: override the dependency that gives the application its "
    "sessions, such as get_session, by db_sessions (or committing_db); or mark the test "
    '@pytest.mark.database("own") if it may use other databases'
)


class DatabaseAccessError(RuntimeError):
    """The running test must not open this connection.

    Attributes:
        line: The line of the application that connects.
        database: The database it connects to.
    """

    def __init__(self, line: str, database: DatabaseAddress, reason: str) -> None:
        subject = "a library" if line == NO_LINE else line
        super().__init__(f"{subject} connects to {database}, {reason}")
        self.line = line
        self.database = database


class ConnectionGuard:
    """Refuses connections, and notes the lines that commit.

    Never refused are databases in memory, since they end with their connection, and files in the
    folder that pytest makes for the run.

    Attributes:
        commits: The lines of the application that committed, on any connection.
        is_in_use: Whether the test uses the test database.
        refused: The first refusal since refusing began.
    """

    def __init__(self) -> None:
        self.commits: list[str] = []
        self.is_in_use: bool = False
        self.refused: DatabaseAccessError | None = None
        self._refusal: Refusal | None = None
        self._test_databases: set[DatabaseAddress] = set()
        self._folders: set[Path] = set()
        # By the dialect: do_connect does not get the engine.
        self._addresses: WeakKeyDictionary[Dialect, DatabaseAddress] = WeakKeyDictionary()

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

    def allow(self, url: URL | str) -> None:
        """Add a database to the test databases."""
        self._test_databases.add(DatabaseAddress.at(make_url(url)))

    def allow_files_in(self, folder: Path) -> None:
        """Allow SQLite files in a folder, which belong to tests."""
        self._folders.add(folder.resolve())

    @contextmanager
    def refusing(self, refusal: Refusal) -> Iterator[None]:
        """Refuse connections in the block, and note the first error in `refused`."""
        before, self._refusal = self._refusal, refusal
        self.refused = None
        try:
            yield
        finally:
            self._refusal = before

    def begin_test(self) -> None:
        """Forget the commits and the use of the test before."""
        self.commits.clear()
        self.is_in_use = False

    def begin_use(self) -> None:
        """Allow the test databases; others stay refused, unless all are allowed."""
        self.is_in_use = True
        if self._refusal is not None:
            self._refusal = self.other_database

    def end_use(self) -> None:
        """Allow all databases: what follows belongs to fixtures that outlive the test."""
        self.is_in_use = False
        self._refusal = None

    def other_database(self, address: DatabaseAddress) -> str | None:
        """Return the refusal of a database that is not a test database."""
        if address in self._test_databases or any(map(address.is_file_in, self._folders)):
            return None
        return _OTHER

    def _before_connecting(
        self, dialect: Dialect, _: object, args: Sequence[object], options: Mapping[str, object]
    ) -> None:
        address = self._addresses[dialect] = DatabaseAddress.of(dialect, args, options)
        self._check(address)

    def _after_connecting(self, connection: Connection) -> None:
        """Check a connection that `do_connect` did not see: from a pool, or of a `creator`."""
        if self._refusal is None:
            return
        engine = connection.engine
        try:
            self._check(self._addresses.get(engine.dialect) or DatabaseAddress.at(engine.url))
        except DatabaseAccessError:
            connection.invalidate()  # close() alone would leave it open in the engine's pool
            connection.close()
            raise

    def _check(self, address: DatabaseAddress) -> None:
        if self._refusal is None or address.is_in_memory or IS_OWN_WORK.get():
            return
        if reason := self._refusal(address):
            error = DatabaseAccessError(application_line(), address, reason)
            self.refused = self.refused or error
            raise error

    def _before_commit(self, _: Connection) -> None:
        if self.is_in_use:
            self.commits.append(application_line())
