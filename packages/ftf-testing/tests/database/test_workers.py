"""Workers of pytest-xdist have databases of their own."""

import pytest

TESTS = """
@pytest.mark.parametrize("turn", range(6))
async def test_committing(committing_db, db_engine, turn):
    async with committing_db.begin() as session:
        assert await count(session) == 0
        session.add(User(email="ada@example.com"))
    print(db_engine.url)
"""
EMBEDDED = """
@pytest.mark.parametrize("turn", range(4))
def test_url(postgres_url, worker_id, turn):
    assert f"test_postgres_url_{worker_id}?" in postgres_url
"""


@pytest.fixture
def parallel(project):
    """Run tests on two workers."""

    def run(code: str, *arguments: str) -> pytest.RunResult:
        project.makepyfile(f"from help import *\n{code}")
        return project.runpytest_subprocess("-n2", "-rP", *arguments)

    return run


@pytest.fixture
def own_server(monkeypatch, tmp_path):
    """Let runs start a server of their own, in a folder that is looked into."""
    monkeypatch.delenv("FTF_TEST_POSTGRES_URL", raising=False)
    (tmp_path / "t").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    return tmp_path / "t"


def test_edge_52_workers_do_not_see_each_other(parallel, database):
    result = parallel(TESTS, f"--ftf-db-url={database}")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines_random(["*test_*_gw0*", "*test_*_gw1*"])


def test_workers_share_one_server_which_is_stopped_at_the_end(parallel, own_server):
    parallel(TESTS + EMBEDDED, "--ftf-db-url=postgresql").assert_outcomes(passed=10)
    assert not list(own_server.glob("ftf-*"))


def test_the_server_is_stopped_after_a_worker_has_crashed(parallel, own_server):
    result = parallel(
        f"""{TESTS}
async def test_crash(db_session):
    import os
    os._exit(1)
""",
        "--ftf-db-url=postgresql",
    )
    result.stdout.fnmatch_lines(["*worker 'gw?' crashed while running *test_crash'"])
    assert not list(own_server.glob("ftf-*"))


def test_nothing_is_left_on_a_given_server(parallel, database_names, monkeypatch, postgres_url):
    before = database_names()
    parallel(TESTS, f"--ftf-db-url={postgres_url}").assert_outcomes(passed=6)
    assert database_names() == before
