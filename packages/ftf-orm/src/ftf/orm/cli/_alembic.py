"""Alembic's commands on a project, through its own `env.py`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from ftf.container.cli import Exit, Project

WRONG_USAGE = 2


@dataclass(frozen=True, slots=True)
class Revision:
    """A migration of the project.

    Args:
        id: Its identifier.
        message: The first line of its docstring.
    """

    id: str
    message: str

    def __str__(self) -> str:
        return f"{self.id}  {self.message}"


@dataclass(frozen=True, slots=True)
class State:
    """Where a database is among the migrations of a project.

    Args:
        current: The identifiers of the migrations that it is at.
        heads: The identifiers of the newest migrations.
        pending: The migrations that are not applied, in the order in which they run.
    """

    current: tuple[str, ...]
    heads: tuple[str, ...]
    pending: tuple[Revision, ...]


class Migrations:
    """The migrations of a project.

    Args:
        project: The project.
        x: What `-x` passes to `env.py`, such as "url=sqlite:///other.db".
    """

    def __init__(self, project: Project, x: Sequence[str] = ()) -> None:
        file = project.alembic
        if not file.is_file():
            raise Exit(
                f"There is no {file}: write it by `python -m ftf.orm.migrations MODELS`, or name "
                "it in [tool.ftf] alembic.",
                WRONG_USAGE,
            )
        is_toml = file.suffix == ".toml"
        self.config = Config(
            None if is_toml else file,
            toml_file=file if is_toml else None,
            stdout=StringIO(),  # the commands say what they do themselves
        )
        self.config.cmd_opts = _Options([*x])  # type: ignore[assignment]  # as argparse's
        with reported():
            self.script = ScriptDirectory.from_config(self.config)

    def state(self, *, create: bool = True) -> State:
        """Return where the database is.

        Args:
            create: Whether an SQLite database that does not exist is created.

        Raises:
            Exit: The database cannot be reached, or is at a migration that does not exist.
        """
        with reported():
            current = self.inspect(MigrationContext.get_current_heads, create=create)
            pending = self.between(current)
            return State(current, tuple(self.script.get_heads()), pending)

    def between(
        self, lower: tuple[str, ...], upper: tuple[str, ...] | str = "heads"
    ) -> tuple[Revision, ...]:
        """Return the migrations that lead from one state to another, oldest first."""
        found = self.script.iterate_revisions(upper, lower or "base")
        return tuple(Revision(each.revision, each.doc.rstrip(".")) for each in reversed([*found]))

    def inspect[T](self, read: Callable[[MigrationContext], T], *, create: bool = True) -> T:
        """Return what a function reads from the database on the connection of `env.py`.

        Args:
            read: The function.
            create: Whether an SQLite database that does not exist is created.
        """
        found: list[T] = []

        def run(_: object, migration: MigrationContext) -> list[object]:
            found.append(read(migration))
            return []

        environment = EnvironmentContext(self.config, self.script, fn=run, dont_mutate=True)
        with environment, _existing(create=create):
            self.script.run_env()
        if not found:
            raise Exit(f"{self.script.dir}/env.py ran no migrations: call run_migrations in it.")
        return found[0]


class _Options:
    """The options of Alembic's command line that `env.py` can read."""

    quiet = True  # Alembic's messages go to stdout

    def __init__(self, x: list[str]) -> None:
        self.x = x


@contextmanager
def reported() -> Iterator[None]:
    """Turn errors of Alembic and the database into the end of the command.

    Raises:
        Exit: Something failed.
    """
    try:
        yield
    except CommandError as error:
        raise Exit(str(error)) from error
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise Exit(f"The database refused: {cause}") from error
    except OSError as error:
        raise Exit(f"The database cannot be reached: {error}") from error


@contextmanager
def _existing(*, create: bool) -> Iterator[None]:
    """Refuse to create an SQLite database by connecting to it.

    Raises:
        Exit: The file of the database does not exist.
    """

    def check(_dialect: object, _record: object, arguments: list[object], _: object) -> None:
        path = str(arguments[0]) if arguments else ""
        is_file = path and ":memory:" not in path and not path.startswith("file:")
        if is_file and not Path(path).exists():
            raise Exit(f"The database {path} does not exist: create it by `ftf db upgrade`.")

    if create:
        yield
        return
    event.listen(Engine, "do_connect", check)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", check)
