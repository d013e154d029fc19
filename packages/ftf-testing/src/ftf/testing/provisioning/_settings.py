"""The settings about databases."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from .._settings import declare, read


def declare_settings(parser: pytest.Parser) -> None:
    """Declare the settings about databases."""
    declare(
        parser,
        ftf_db_url="the URL that the test database gets its name from; or postgresql or "
        "sqlite, for a provided database",
        ftf_metadata="the models of the test database, as module:Base",
        ftf_alembic="the alembic.ini whose migrations make the test database, not ftf_metadata",
    )


def required_database(config: pytest.Config) -> str:
    """Return the setting `ftf_db_url`.

    Raises:
        UsageError: It is not set.
    """
    if setting := read(config, "ftf_db_url"):
        return setting
    raise pytest.UsageError(
        "no database is set for tests: set --ftf-db-url, FTF_DB_URL or the ini option "
        "ftf_db_url to a URL or, for a provided database, to postgresql or sqlite"
    )


def alembic_file(config: pytest.Config) -> Path | None:
    """Return the file that `ftf_alembic` names, or None if it is not set.

    Raises:
        UsageError: The file does not exist, or Alembic is not installed.
    """
    if not (name := read(config, "ftf_alembic")):
        return None
    if find_spec("alembic") is None:
        raise pytest.UsageError(f"ftf_alembic = {name!r} needs Alembic: pip install alembic")
    file = config.rootpath / name
    if not file.is_file():
        raise pytest.UsageError(f"ftf_alembic = {name!r} is not a file in {config.rootpath}")
    return file


def required_alembic(config: pytest.Config) -> Path:
    """Return the file that `ftf_alembic` names.

    Raises:
        UsageError: It is not set, the file does not exist, or Alembic is not installed.
    """
    if file := alembic_file(config):
        return file
    raise pytest.UsageError(
        "the migrations are unknown: set the ini option ftf_alembic to the alembic.ini"
    )
