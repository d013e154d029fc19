"""Alembic's operations of one migration, where this package changes them."""

from typing import Any

from alembic.ddl.impl import DefaultImpl
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection

from ._comparison import same_default


class TextDefaults(DefaultImpl):
    """Compares server defaults as text where the database cannot, or need not.

    It is mixed with Alembic's class for a dialect. Without a `__dialect__` of its own, the result
    replaces that class in no other environment.
    """

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Return whether server defaults differ."""
        declared, inspected = rendered_metadata_default, rendered_inspector_default
        same = same_default(metadata_column, declared, inspected)
        if same is not None:
            return not same
        return bool(
            super().compare_server_default(inspector_column, metadata_column, declared, inspected)  # type: ignore[no-untyped-call]
        )


def operate_with(
    kind: type[DefaultImpl], migration: MigrationContext, connection: Connection
) -> None:
    """Make a migration operate with another class on its database."""
    migration.impl = kind(
        migration.dialect,
        connection,
        as_sql=False,
        transactional_ddl=True,
        output_buffer=None,
        context_opts=migration.opts,
    )
