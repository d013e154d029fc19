"""Checks of a project's migrations."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.script import Script
    from sqlalchemy import URL

    from ._alembic import Alembic, Direction


class Migrations:
    """Checks a project's migrations on an empty database.

    Args:
        alembic: Alembic on that database.
        another: Makes a second empty database.
    """

    def __init__(
        self, alembic: "Alembic", another: "Callable[[], AbstractContextManager[URL]]"
    ) -> None:
        self._alembic = alembic
        self._another = another

    def check(self) -> None:
        """Run every check.

        Raises:
            AssertionError: One of them failed.
        """
        self.assert_one_head()
        self.assert_goes_up_and_down()
        self.assert_makes_the_models()
        self.assert_makes_the_tables()

    def assert_one_head(self) -> None:
        """Assert that there is exactly one newest migration.

        Raises:
            AssertionError: There are several, or there is no migration.
        """
        heads = self._alembic.scripts.get_heads()
        if len(heads) != 1:
            raise AssertionError(
                f"there are {len(heads)} newest migrations{_listed(heads)}: "
                'there has to be one; "alembic merge heads" merges several'
            )

    def assert_goes_up_and_down(self) -> None:
        """Assert that each migration can upgrade, downgrade and upgrade again, and leaves no table.

        Raises:
            AssertionError: One of them fails, or there are tables after the last downgrade.
        """
        for script in reversed(list(self._alembic.scripts.walk_revisions())):
            self._go("upgrade", script)
            self._go("downgrade", script)
            self._go("upgrade", script)
        self._alembic.downgrade()
        if left := self._alembic.tables():
            raise AssertionError(f"downgraded to base, there are still tables{_listed(left)}")

    def assert_makes_the_models(self) -> None:
        """Assert that the migrations make the tables of the models, as `alembic check` sees them.

        Raises:
            AssertionError: They differ.
        """
        self._alembic.upgrade()
        if difference := self._alembic.difference():
            raise AssertionError(
                f'the models differ from the migrations, and "alembic revision '
                f'--autogenerate" would write a migration: {difference}'
            ) from difference

    def assert_makes_the_tables(self) -> None:
        """Assert that the migrations make the same tables as `create_all`.

        Columns, keys, constraints and indexes of the tables that both have are compared, also those
        that Alembic ignores.

        Raises:
            AssertionError: They differ, or `create_all` cannot make the tables.
        """
        from ._own_thread import run_on
        from ._table_facts import differences, table_facts

        self._alembic.upgrade()
        migrated = run_on(self._alembic.url, table_facts)
        with self._another() as url:
            try:
                run_on(url, self._alembic.create_all)
            except Exception as error:
                raise AssertionError(
                    f"create_all cannot make the tables of the models in an empty database "
                    f"({type(error).__name__}: {error}): without this comparison, make the other "
                    "checks one by one"
                ) from error
            declared = run_on(url, table_facts)
        found = [
            difference
            for table in migrated.keys() & declared.keys()
            for difference in differences(migrated[table], declared[table])
        ]
        if found:
            listed = "\n  ".join(sorted(found))
            raise AssertionError(
                f"the tables of the migrations differ from those of create_all:\n  {listed}"
            )

    def _go(self, direction: "Direction", script: "Script") -> None:
        try:
            self._alembic.step(direction, script)
        except Exception as error:
            raise AssertionError(
                f"the {direction} of {script.path} has failed: {type(error).__name__}: {error}"
            ) from error


def _listed(names: set[str] | list[str]) -> str:
    return f" ({', '.join(sorted(names))})" if names else ""
