"""Two users with the same shop: one on FastAPI and SQLAlchemy alone, one on the framework."""

from collections.abc import Callable
from pathlib import Path

# Projects run in this process, and extension modules do not survive being imported by each anew.
import aiosqlite  # noqa: F401
import asyncpg.pgproto.pgproto  # noqa: F401
import fastapi  # noqa: F401
import jinja2  # noqa: F401
import polyfactory.factories.sqlalchemy_factory  # noqa: F401
import pytest

import ftf.orm  # noqa: F401

FILES = Path(__file__).with_name("shop")
collect_ignore = ["shop"]  # the tests of the users are run in their projects
# All projects of this process share the registry of ftf-orm.
SETTINGS = """
[pytest]
addopts = --strict-markers --strict-config
asyncio_default_fixture_loop_scope = function
asyncio_mode = auto
filterwarnings =
    error
    ignore:This declarative base already contains:sqlalchemy.exc.SAWarning
ftf_alembic = alembic.ini
ftf_app = shop:app
ftf_n_plus_one = fail
pythonpath = .
"""
ALEMBIC = "[alembic]\nscript_location = migrations\npath_separator = os\n"

type Make = Callable[[str], pytest.Pytester]


@pytest.fixture
def make(pytester, monkeypatch) -> Make:
    """Make the project of a user: "plain" or "framework"."""
    monkeypatch.delenv("FTF_DB_URL", raising=False)

    def make(kind: str) -> pytest.Pytester:
        if kind == "framework":
            # Where this package is tested alone, it has no application of the framework.
            pytest.importorskip("ftf.http")
        pytester.makeini(SETTINGS)
        for source in FILES.rglob("*.*"):
            name = source.relative_to(FILES)
            if name.parts[0] in {kind, "both"}:
                target = pytester.path.joinpath(*name.parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(source.read_text())
        pytester.path.joinpath("alembic.ini").write_text(ALEMBIC)
        return pytester

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, monkeypatch) -> str:
    """The setting of each kind of database in turn."""
    if request.param == "postgresql":
        # The projects use the server of this run instead of starting one each.
        monkeypatch.setenv("FTF_TEST_POSTGRES_URL", request.getfixturevalue("postgres_url"))
    return request.param


@pytest.fixture(params=["plain", "framework"])
def project(request, make) -> pytest.Pytester:
    """The project of each user in turn."""
    return make(request.param)
