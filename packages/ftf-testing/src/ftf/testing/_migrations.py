"""Checks of migrations."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.script import Script

    from ._alembic import Alembic, Direction


class Migrations:
    """Checks a project's migrations on an empty database.

    Args:
        alembic: Alembic on that database.
    """

    def __init__(self, alembic: "Alembic") -> None:
        self._alembic = alembic

    def check(self) -> None:
        """Make every check.

        Raises:
            AssertionError: One has failed.
        """
        self.assert_one_head()
        self.assert_goes_up_and_down()
        self.assert_makes_the_models()

    def assert_one_head(self) -> None:
        """Assert that no two migrations are the newest.

        Raises:
            AssertionError: There are more, or there is no migration.
        """
        heads = self._alembic.scripts.get_heads()
        if len(heads) != 1:
            raise AssertionError(
                f"there are {len(heads)} newest migrations{_listed(heads)}: "
                'there has to be one; "alembic merge heads" joins several'
            )

    def assert_goes_up_and_down(self) -> None:
        """Assert that each migration can be made, undone and made again, and leaves no table.

        Raises:
            AssertionError: One of them cannot.
        """
        for script in reversed(list(self._alembic.scripts.walk_revisions())):
            self._go("upgrade", script)
            self._go("downgrade", script)
            self._go("upgrade", script)
        self._alembic.downgrade()
        if left := self._alembic.tables():
            raise AssertionError(f"downgraded to base, there are still tables{_listed(left)}")

    def assert_makes_the_models(self) -> None:
        """Assert that the migrations make what the models say.

        Raises:
            AssertionError: They make something else.
        """
        self._alembic.upgrade()
        if difference := self._alembic.difference():
            raise AssertionError(
                f'the models are not what the migrations make, and "alembic revision '
                f'--autogenerate" would write a migration: {difference}'
            ) from difference

    def _go(self, direction: "Direction", script: "Script") -> None:
        try:
            self._alembic.step(direction, script)
        except Exception as error:
            raise AssertionError(
                f"the {direction} of {script.path} has failed: {type(error).__name__}: {error}"
            ) from error


def _listed(names: set[str] | list[str]) -> str:
    return f" ({', '.join(sorted(names))})" if names else ""
