import pytest
from sqlalchemy import text

from ftf.orm import create_engine


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite://", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite://", "sqlite+aiosqlite"),
        ("postgresql://localhost/blog", "postgresql+asyncpg"),
    ],
)
def test_a_url_without_a_driver_gets_an_async_one(url, driver):
    assert create_engine(url).url.drivername == driver


async def test_sqlite_checks_foreign_keys_on_every_connection():
    engine = create_engine("sqlite://")
    async with engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA foreign_keys")) == 1
    await engine.dispose()
