"""What the tests of the blog share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config


@pytest.fixture(params=["sqlite", "postgres"])
def migrations(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Config]:
    """The blog's migrations on an empty database, of each kind in turn."""
    url = f"sqlite+aiosqlite:///{tmp_path}/blog.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    monkeypatch.setenv("FTF_DATABASE_URL", url)
    config = Config(Path(__file__).with_name("alembic.ini"))
    yield config
    command.downgrade(config, "base")
