"""The databases that tests use: made before, removed after."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, text

from ._own_thread import run_on

type Work = Callable[[Connection], None]

# CREATE DATABASE ... TEMPLATE fails while another session uses the template.
_TAKE_TURNS = "SELECT pg_advisory_lock(hashtext('ftf-testing'))"
_COMMENTS = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"
_OURS = "made by ftf-testing"
_OUR_ID = int.from_bytes(b"FTFt")
_ID_PLACE = slice(68, 72)  # in a file's header, https://sqlite.org/fileformat2.html
_IS_USED = "SELECT count(*) FROM pg_database WHERE starts_with(datname, :name)"
_CLIENTS = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = :name AND backend_type = 'client backend'"
)


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases of one process of a test run.

    Attributes:
        url: The database or file that gives them their names, and that is never written to.
        run: The name of this test run.
        worker: The worker of pytest-xdist, or "".
    """

    url: URL
    run: str
    worker: str = ""

    @contextmanager
    def new(self, purpose: str = "") -> Iterator[URL]:
        """Make an empty database, which is removed when the block ends."""
        url = self._named(purpose, self.worker)
        self._make(url)
        try:
            yield url
        finally:
            self._remove(url)

    @contextmanager
    def built(self, build: Callable[[URL], None]) -> Iterator[URL]:
        """Make a database with tables; on a server, workers copy what the first one builds."""
        if not self.worker or self.url.get_backend_name() == "sqlite":
            with self.new() as url:
                build(url)
                yield url
            return
        url, template = self._named(self.worker), self._named("template")
        is_built = f"{_OURS} in run {self.run}"

        def copy(server: Connection) -> None:
            if is_built not in _comments(server, template):
                _create(server, template)
                try:
                    build(template)
                except BaseException:
                    _drop(server, template)
                    raise
                _set_comment(server, template, is_built)
            _create(server, url, template)

        def remove(server: Connection) -> None:
            _drop(server, url)
            if not server.scalar(text(_IS_USED), {"name": self._named("gw").database}):
                _drop(server, template)

        self._on_server(copy)
        try:
            yield url
        finally:
            self._on_server(remove)

    def _named(self, *suffixes: str) -> URL:
        folder, _, name = (self.url.database or "").rpartition("/")
        stem, dot, suffix = name.partition(".")
        name = "_".join(filter(None, ("test", stem, *suffixes))) + dot + suffix
        return self.url.set(database=str(Path(folder, name)) if folder else name)

    def _make(self, url: URL) -> None:
        if url.get_backend_name() == "sqlite":
            _make_file(url)
        else:
            self._on_server(lambda server: _create(server, url))

    def _remove(self, url: URL) -> None:
        if url.get_backend_name() == "sqlite":
            _remove_file(url)
        else:
            self._on_server(lambda server: _drop(server, url))

    def _on_server(self, work: Work) -> None:
        """Call a function with a connection to the server, while no other worker does."""

        def in_turn(server: Connection) -> None:
            server.exec_driver_sql(_TAKE_TURNS)
            work(server)

        run_on(self.url, in_turn, autocommit=True)


def _make_file(url: URL) -> None:
    file = Path(str(url.database))
    if not file.parent.is_dir():
        raise pytest.UsageError(
            f"the test database {url!r}: the folder {file.parent} does not exist"
        )
    if file.exists() and file.read_bytes()[_ID_PLACE] != _OUR_ID.to_bytes(4):
        raise _not_ours(f"file {file}")
    _remove_file(url)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA application_id = {_OUR_ID}")


def _remove_file(url: URL) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{url.database}{suffix}").unlink(missing_ok=True)


def _create(server: Connection, url: URL, template: URL | None = None) -> None:
    if not all(str(comment).startswith(_OURS) for comment in _comments(server, url)):
        raise _not_ours(f"database {url.database}")
    if server.scalar(text(_CLIENTS), {"name": url.database}):
        raise pytest.UsageError(
            f"the test database {url.database} is in use, maybe by another test run: wait for "
            "its end, or set ftf_db_url to another one"
        )
    _drop(server, url)
    copying = f" TEMPLATE {_name(server, template)}" if template else ""
    server.exec_driver_sql(f"CREATE DATABASE {_name(server, url)}{copying}")
    _set_comment(server, url, _OURS)


def _drop(server: Connection, url: URL) -> None:
    # FORCE ends connections that a test has left open.
    server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_name(server, url)} WITH (FORCE)")


def _not_ours(what: str) -> pytest.UsageError:
    return pytest.UsageError(
        f"the {what}, which the tests would use and remove, exists and was not made by "
        "ftf-testing: remove it yourself, or set ftf_db_url to another one"
    )


def _comments(server: Connection, url: URL) -> list[str | None]:
    """Return the comment of a database in a list, which is empty if there is no database."""
    return list(server.scalars(text(_COMMENTS), {"name": url.database}))


def _set_comment(server: Connection, url: URL, comment: str) -> None:
    server.exec_driver_sql(f"COMMENT ON DATABASE {_name(server, url)} IS '{comment}'")


def _name(server: Connection, url: URL) -> str:
    return server.dialect.identifier_preparer.quote(url.database or "")
