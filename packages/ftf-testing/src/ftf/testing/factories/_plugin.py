"""The part of the pytest plugin that is about made-up records."""

from functools import partial
from typing import TYPE_CHECKING

import pytest

from .._settings import declare, read
from ._source import Source, Sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from ._maker import FactoryMaker


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting about made-up values."""
    declare(parser, ftf_seed="the seed of the values that factories generate (default: 0)")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and start a source of values apart from that of a surrounding run."""
    config.addinivalue_line(
        "markers", "seed(value): generate other values than with the setting `ftf_seed` alone"
    )
    config.add_cleanup(partial(setattr, Sources, "current", Sources.current))
    Sources.current = Source(read(config, "ftf_seed") or "0")


@pytest.fixture
def factory(db_session: "AsyncSession") -> "FactoryMaker":
    """Make a factory of records for the session of the test: `factory(UserFactory)`."""
    return lambda kind: kind(db_session)
