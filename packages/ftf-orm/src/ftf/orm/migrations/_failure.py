"""The error that stops a migration."""

from alembic.util import CommandError

from ..exceptions import MigrationError


class MigrationFailed(MigrationError, CommandError):  # noqa: N818  # a MigrationError
    """A `MigrationError` that Alembic's command line prints in one line, without a traceback."""
