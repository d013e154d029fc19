"""What the user has set about the database."""

import os
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest


def database_setting(config: pytest.Config) -> str:
    """Find the database that tests are for: on the command line, in the environment, in the ini."""
    found = config.getoption("--ftf-db-url") or os.environ.get("FTF_DB_URL")
    return str(found or config.getini("ftf_db_url"))


def required_database(config: pytest.Config) -> str:
    """Find the database that tests are for.

    Raises:
        UsageError: It is not set.
    """
    if setting := database_setting(config):
        return setting
    raise pytest.UsageError(
        "no database is set for tests: give --ftf-db-url, or set FTF_DB_URL or the ini option "
        "ftf_db_url, to a URL or, for a database that is provided, to postgresql or sqlite"
    )


def load(config: pytest.Config, option: str) -> object:
    """Import what an ini option names as `module:attribute`.

    Raises:
        UsageError: There is no such thing.
    """
    reference = str(config.getini(option))
    module, _, attribute = reference.partition(":")
    if not module or not attribute:
        raise pytest.UsageError(f"{option} = {reference!r} is not of the form module:attribute")
    try:
        return attrgetter(attribute)(import_module(module))
    except (ImportError, AttributeError) as error:
        raise pytest.UsageError(f"{option} = {reference!r} cannot be imported: {error}") from error


def alembic_file(config: pytest.Config) -> Path | None:
    """Find the file that `ftf_alembic` names, if it is set.

    Raises:
        UsageError: There is no such file.
    """
    if not (name := str(config.getini("ftf_alembic"))):
        return None
    file = config.rootpath / name
    if not file.is_file():
        raise pytest.UsageError(f"ftf_alembic = {name!r} names no file in {config.rootpath}")
    return file


def required_alembic(config: pytest.Config) -> Path:
    """Find the file that `ftf_alembic` names.

    Raises:
        UsageError: It is not set, or there is no such file.
    """
    if file := alembic_file(config):
        return file
    raise pytest.UsageError(
        "the migrations are unknown: set the ini option ftf_alembic to the alembic.ini"
    )
