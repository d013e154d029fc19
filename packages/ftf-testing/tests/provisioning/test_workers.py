"""Workers of pytest-xdist have databases of their own."""

import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory

import pytest

from ftf.testing.provisioning._postgres_server import stop_abandoned  # noqa: PLC2701  # the other run is out of sight

pytestmark = pytest.mark.slow  # each worker of pytest-xdist imports everything anew

TESTS = """
@pytest.mark.parametrize("turn", range(6))
async def test_committing(committing_db, db_engine, turn):
    async with committing_db.begin() as session:
        assert await count(session) == 0
        session.add(User(email="ada@example.com"))
    print(db_engine.url)
"""
POSTGRES_URL = """
@pytest.mark.parametrize("turn", range(4))
def test_url(postgres_url, worker_id, turn):
    assert f"test_postgres_url_{worker_id}?" in postgres_url
"""
CRASH = """
async def test_crash(db_session):
    import os
    os._exit(1)
"""


@pytest.fixture
def parallel(project, monkeypatch):
    """Run tests on two workers, with few plugins because each of them imports them all."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ("xdist.plugin", "pytest_asyncio.plugin", "ftf.testing.plugin")
    chosen = [argument for plugin in plugins for argument in ("-p", plugin)]
    # This process has imported them before.
    chosen += ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]

    def run(code: str, *arguments: str) -> pytest.RunResult:
        project.makepyfile(f"from help import *\n{code}")
        return project.runpytest_inprocess(*chosen, "-n2", "-rP", *arguments)

    return run


def test_edge_52_workers_do_not_see_each_other(parallel, database):
    result = parallel(TESTS, f"--ftf-db-url={database}")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines_random(["*test_*_gw0*", "*test_*_gw1*"])


def test_nothing_is_left_on_a_given_server(parallel, database_names, postgres_url):
    before = database_names()
    parallel(TESTS, f"--ftf-db-url={postgres_url}").assert_outcomes(passed=6)
    assert database_names() == before


def test_workers_share_a_server_that_is_stopped_even_if_one_has_crashed(parallel, monkeypatch):
    monkeypatch.delenv("FTF_TEST_POSTGRES_URL", raising=False)
    # Not in pytest's folder, which is closed to PostgreSQL's user again and again.
    with TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        result = parallel(f"{TESTS}{POSTGRES_URL}{CRASH}", "--ftf-db-url=postgresql")
        left = list(Path(folder).glob("ftf-*"))
    result.stdout.fnmatch_lines(["*worker 'gw?' crashed while running *test_crash'"])
    result.assert_outcomes(passed=10, failed=1)
    assert not left


def test_the_server_of_a_run_that_was_killed_is_stopped_by_the_next_one(tmp_path):
    with start() as killed:
        killed.kill()

    def leave(run: str, *users: int, serves: str = "") -> "Popen[bytes]":
        data = tmp_path / f"ftf-{run}" / "postgres"
        data.mkdir(parents=True)
        server = start(serves or str(data))
        data.joinpath("postmaster.pid").write_text(f"{server.pid}\n{data}\n")
        data.joinpath(".handle_pids.json").write_text(str([*users]))
        return server

    with (
        leave("killed", killed.pid) as abandoned,
        leave("used", killed.pid, os.getpid()) as used,
        leave("ends") as ending,
        leave("reused", killed.pid, serves="another") as other,
    ):
        stop_abandoned(tmp_path)
        left = sorted(path.name for path in tmp_path.iterdir())
        assert left == ["ftf-ends", "ftf-reused", "ftf-used"]
        assert abandoned.poll() is not None
        for server in (used, ending, other):
            assert server.poll() is None
            server.kill()


def start(*arguments: str) -> "Popen[bytes]":
    """Start what waits for its end."""
    command = [sys.executable, "-S", "-c", "input()", *arguments]
    return Popen(command, stdin=PIPE)  # noqa: S603  # nothing comes from outside
