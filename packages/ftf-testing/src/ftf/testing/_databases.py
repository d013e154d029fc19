"""Making and removing the databases that tests use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, text

from ._own_thread import run_on

type Work = Callable[[Connection], None]

_TAKE_TURNS = "SELECT pg_advisory_lock(hashtext('ftf-testing'))"
_COMMENT = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"
_IS_USED = "SELECT count(*) FROM pg_database WHERE starts_with(datname, :name)"


@dataclass(frozen=True, slots=True)
class Databases:
    """The databases of one process of a test run.

    Attributes:
        url: The database or file that they are named after, and that is never written to.
        run: What tells this test run from others.
        worker: The worker of pytest-xdist, or "".
    """

    url: URL
    run: str
    worker: str = ""

    @contextmanager
    def new(self, purpose: str = "") -> Iterator[URL]:
        """Make an empty database that is removed at the end."""
        url = self._named(purpose, self.worker)
        if url.get_backend_name() == "sqlite":
            _remove_file(url)
            yield url
            _remove_file(url)
        else:
            self._on_server(lambda server: _create(server, url))
            yield url
            self._on_server(lambda server: _drop(server, url))

    @contextmanager
    def built(self, build: Callable[[URL], None]) -> Iterator[URL]:
        """Make a database with tables; on a server, workers get copies of what the first builds."""
        if not self.worker or self.url.get_backend_name() == "sqlite":
            with self.new() as url:
                build(url)
                yield url
            return
        url, template = self._named(self.worker), self._named("template")

        def copy(server: Connection) -> None:
            if _comment(server, template) != self.run:
                _create(server, template)
                build(template)
                _set_comment(server, template, self.run)
            _create(server, url, template)

        def remove(server: Connection) -> None:
            _drop(server, url)
            if not server.scalar(text(_IS_USED), {"name": self._named("gw").database}):
                _drop(server, template)

        self._on_server(copy)
        yield url
        self._on_server(remove)

    def _named(self, *suffixes: str) -> URL:
        folder, _, name = (self.url.database or "").rpartition("/")
        stem, dot, suffix = name.partition(".")
        name = "_".join(filter(None, ("test", stem, *suffixes))) + dot + suffix
        return self.url.set(database=str(Path(folder, name)) if folder else name)

    def _on_server(self, work: Work) -> None:
        """Do something while no other worker does."""

        def in_turn(server: Connection) -> None:
            server.exec_driver_sql(_TAKE_TURNS)
            work(server)

        run_on(self.url, in_turn, autocommit=True)


def _remove_file(url: URL) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{url.database}{suffix}").unlink(missing_ok=True)


def _create(server: Connection, url: URL, template: URL | None = None) -> None:
    _drop(server, url)
    copying = f" TEMPLATE {_name(server, template)}" if template else ""
    server.exec_driver_sql(f"CREATE DATABASE {_name(server, url)}{copying}")


def _drop(server: Connection, url: URL) -> None:
    server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_name(server, url)} WITH (FORCE)")


def _comment(server: Connection, url: URL) -> str | None:
    found: str | None = server.scalar(text(_COMMENT), {"name": url.database})
    return found


def _set_comment(server: Connection, url: URL, comment: str) -> None:
    server.exec_driver_sql(f"COMMENT ON DATABASE {_name(server, url)} IS '{comment}'")


def _name(server: Connection, url: URL) -> str:
    return server.dialect.identifier_preparer.quote(url.database or "")
