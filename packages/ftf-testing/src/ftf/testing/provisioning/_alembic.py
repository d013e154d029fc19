"""Alembic on the database of a test; other databases are refused."""

from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Literal

import pytest
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, MetaData, inspect
from sqlalchemy.schema import CreateSchema

from ..snapshot._tables import column_names, table_names
from ._address import DatabaseAddress
from ._connection_guard import ConnectionGuard
from ._own_thread import in_thread, run_on

_REMEDY = (
    "env.py has to use the url of context.get_x_argument(as_dictionary=True), or "
    "config.get_main_option('sqlalchemy.url')"
)

type Direction = Literal["upgrade", "downgrade"]


class Alembic:
    """Runs Alembic's commands on one database.

    `env.py` finds the database as `-x url=...` and as `sqlalchemy.url`.

    Args:
        file: The `alembic.ini`.
        url: The URL of the database.
        guard: The guard that refuses every other database meanwhile.

    Attributes:
        scripts: The migrations.

    Raises:
        UsageError: The file does not name a folder of migrations.
    """

    def __init__(self, file: Path, url: URL, guard: ConnectionGuard) -> None:
        shown = url.render_as_string(hide_password=False)
        self.url = url
        self.config: Config = Config(file, cmd_opts=Namespace(x=[f"url={shown}"]))
        # Config reads its options through a ConfigParser, which interpolates %.
        self.config.set_main_option("sqlalchemy.url", shown.replace("%", "%%"))
        self._guard = guard
        try:
            self.scripts: ScriptDirectory = ScriptDirectory.from_config(self.config)
        except CommandError as error:
            raise pytest.UsageError(
                f"{file}: {error} Its script_location is looked up in {Path.cwd()}, unless it "
                "begins with %(here)s, the folder of the file"
            ) from error

    def upgrade(self) -> None:
        """Upgrade to the newest migration."""
        self.run(lambda: command.upgrade(self.config, "head"))
        if not run_on(self.url, lambda connection: table_names(inspect(connection))):
            raise pytest.UsageError(
                f"the migrations have not made any table in the test's database: {_REMEDY}"
            )

    def downgrade(self) -> None:
        """Undo all migrations."""
        self.run(lambda: command.downgrade(self.config, "base"))

    def difference(self) -> CommandError | None:
        """Return the error of `alembic check`, if the models differ from the migrations."""
        try:
            self.run(lambda: command.check(self.config))
        except CommandError as error:
            return error
        return None

    def step(self, direction: Direction, script: Script) -> None:
        """Run one migration only; Alembic's commands run several where branches merge."""
        make = getattr(MigrationStep, f"{direction}_from_script")
        step = make(self.scripts.revision_map, script)
        # run_migrations() in env.py executes the steps that fn returns.
        with EnvironmentContext(self.config, self.scripts, fn=lambda *_: [step]):
            self.run(self.scripts.run_env)

    def create_all(self, connection: Connection) -> None:
        """Make the tables of `env.py`'s target_metadata, in another database."""
        compared: list[MetaData] = []

        def note(_: object, migration: MigrationContext) -> list[MigrationStep]:
            target = migration.opts["target_metadata"]
            compared.extend([target] if isinstance(target, MetaData) else target)
            return []

        with EnvironmentContext(self.config, self.scripts, fn=note):
            self.run(self.scripts.run_env)
        for metadata in compared:
            for schema in {table.schema for table in metadata.tables.values()} - {None}:
                connection.execute(CreateSchema(str(schema), if_not_exists=True))
            metadata.create_all(connection)

    def tables(self) -> set[str]:
        """Return the names of the tables, without that of Alembic's versions."""

        def read(connection: Connection) -> set[str]:
            inspector = inspect(connection)
            return {
                table[1]
                for table in table_names(inspector)
                if column_names(inspector, table) != ["version_num"]
            }

        return run_on(self.url, read)

    def run(self, work: Callable[[], None]) -> None:
        """Call a function of Alembic in a thread, where `env.py` may start an event loop."""
        own = DatabaseAddress.at(self.url)

        def refuse(address: DatabaseAddress) -> str | None:
            return None if address == own else f"which is not the test's database: {_REMEDY}"

        with self._guard.refusing(refuse), pytest.MonkeyPatch.context() as patch:
            # fileConfig() of an env.py would disable the loggers that pytest captures.
            patch.setattr(import_module("logging.config"), "fileConfig", lambda *_, **__: None)
            in_thread(work)
