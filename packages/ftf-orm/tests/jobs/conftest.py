"""An application with the tables of jobs and of authors, on each database."""

from collections.abc import AsyncIterator

import pytest
from job_shop import Shop, shop_on


@pytest.fixture
async def shop(engine, database_url) -> AsyncIterator[Shop]:
    """An application with jobs in the database."""
    async with shop_on(engine, database_url) as shop:
        yield shop


@pytest.fixture(params=["memory", "database", "outbox"])
async def any_shop(request, engine, database_url) -> AsyncIterator[Shop]:
    """An application with jobs of each kind in turn."""
    async with shop_on(engine, database_url, request.param) as shop:
        yield shop
