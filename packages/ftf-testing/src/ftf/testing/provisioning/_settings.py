"""The settings about databases."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from .._settings import declare, read


def declare_settings(parser: pytest.Parser) -> None:
    """Declare the settings."""
    declare(
        parser,
        ftf_db_url="a URL to name the test database after; or postgresql, or sqlite, which is "
        "provided",
        ftf_metadata="the models of the test database, as module:Base",
        ftf_alembic="the alembic.ini whose migrations make the test database, not ftf_metadata",
    )


def required_database(config: pytest.Config) -> str:
    """Read which database tests are for.

    Raises:
        UsageError: It is not set.
    """
    if setting := read(config, "ftf_db_url"):
        return setting
    raise pytest.UsageError(
        "no database is set for tests: give --ftf-db-url, or set FTF_DB_URL or the ini option "
        "ftf_db_url, to a URL or, for a database that is provided, to postgresql or sqlite"
    )


def alembic_file(config: pytest.Config) -> Path | None:
    """Find the file that `ftf_alembic` names, if it is set.

    Raises:
        UsageError: There is no such file, or no Alembic.
    """
    if not (name := read(config, "ftf_alembic")):
        return None
    if find_spec("alembic") is None:
        raise pytest.UsageError(f"ftf_alembic = {name!r} needs Alembic: pip install alembic")
    file = config.rootpath / name
    if not file.is_file():
        raise pytest.UsageError(f"ftf_alembic = {name!r} names no file in {config.rootpath}")
    return file


def required_alembic(config: pytest.Config) -> Path:
    """Find the file that `ftf_alembic` names.

    Raises:
        UsageError: It is not set, or there is no such file, or no Alembic.
    """
    if file := alembic_file(config):
        return file
    raise pytest.UsageError(
        "the migrations are unknown: set the ini option ftf_alembic to the alembic.ini"
    )
