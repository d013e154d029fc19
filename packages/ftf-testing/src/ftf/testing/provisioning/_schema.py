"""The tables of a test database, from migrations or from the models."""

from collections.abc import Callable

import pytest
from sqlalchemy import URL, MetaData

from .._settings import load, read
from ._connection_guard import ConnectionGuard
from ._own_thread import run_on
from ._settings import alembic_file


def builder(config: pytest.Config, guard: ConnectionGuard) -> Callable[[URL], None]:
    """Return a function that makes the tables: by the migrations, else from the models.

    Raises:
        UsageError: Neither `ftf_alembic` nor `ftf_metadata` is set.
    """
    if file := alembic_file(config):
        from ._alembic import Alembic  # an optional dependency

        return lambda url: Alembic(file, url, guard).upgrade()
    if not read(config, "ftf_metadata"):
        raise pytest.UsageError(
            "the tables of the test database are unknown: set the ini option ftf_metadata to the "
            "models' base, as in app.models:Base, or ftf_alembic to the alembic.ini"
        )
    metadata = _metadata(config)
    return lambda url: run_on(url, metadata.create_all)


def _metadata(config: pytest.Config) -> MetaData:
    found = load(config, "ftf_metadata")
    metadata = getattr(found, "metadata", found)
    if not isinstance(metadata, MetaData):
        raise pytest.UsageError(
            f"ftf_metadata = {read(config, 'ftf_metadata')} is {found!r}, "
            "which is neither a declarative base nor a MetaData"
        )
    return metadata
