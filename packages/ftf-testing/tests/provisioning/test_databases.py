"""The databases of a worker, made and removed in this process."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from ftf.testing.provisioning._databases import Databases  # noqa: PLC2701
from ftf.testing.provisioning._own_thread import run_on  # noqa: PLC2701  # workers are out of sight


@pytest.fixture
def worker(postgres_url):
    """Make what one worker of a run has."""
    return lambda name, run="r1": Databases(make_url(postgres_url), run, name)


@pytest.mark.slow
def test_edge_13_the_template_is_built_once_a_run(worker, database_names):
    before = database_names()
    built = []

    def build(url):
        built.append(url.database)
        run_on(url, lambda connection: connection.exec_driver_sql("CREATE TABLE words (word TEXT)"))

    def words(url):
        return run_on(url, lambda connection: connection.scalar(text("SELECT count(*) FROM words")))

    with worker("gw0").built(build) as one, worker("gw1").built(build) as other:
        assert words(one) == words(other) == 0
        assert one.database.endswith("_gw0")
    (template,) = built
    assert template.endswith("_template")
    with worker("gw0").built(build), worker("gw0", "r2").built(build):
        assert len(built) == 3
    assert database_names() == before


@pytest.fixture
def databases(request, postgres_url, tmp_path):
    """Make what a process has, on a server or in a folder."""
    if request.param == "sqlite":
        return Databases(make_url(f"sqlite:///{tmp_path}/theirs.db"), "r1")
    return Databases(make_url(postgres_url).set(database="postgres"), "r1", request.param)


@pytest.mark.parametrize("databases", ["sqlite", "", "gw0"], indirect=True)
def test_a_database_that_is_not_of_a_run_is_not_replaced(databases):
    def fill(url):
        run_on(url, lambda connection: connection.exec_driver_sql("CREATE TABLE words (word TEXT)"))

    def disown(url):
        if databases.url.get_backend_name() == "sqlite":
            run_on(url, lambda connection: connection.exec_driver_sql("PRAGMA application_id = 0"))
        else:
            run_on(url, lambda it: it.exec_driver_sql(f"COMMENT ON DATABASE {url.database} IS ''"))

    def count(url):
        return run_on(url, lambda connection: connection.scalar(text("SELECT count(*) FROM words")))

    with databases.built(fill) as left, databases.built(fill):
        disown(left)
        with pytest.raises(
            pytest.UsageError, match="exists and was not made by ftf-testing: remove"
        ):
            databases.built(fill).__enter__()
        assert count(left) == 0


@pytest.mark.parametrize("name", ["", "gw0"])
def test_a_run_leaves_the_database_to_another_one_that_uses_it(worker, name):
    def another_run_begins(used):
        with pytest.raises(pytest.UsageError, match="is in use, maybe by another test run: wait"):
            worker(name, "r2").built(lambda _: None).__enter__()
        assert used.scalar(text("SELECT 1")) == 1

    with worker(name).built(lambda _: None) as url:
        run_on(url, another_run_begins)
        with worker(name, "r2").built(lambda _: None):
            pass


@pytest.mark.parametrize("name", ["", "gw0"])
def test_edge_13_nothing_is_left_of_what_cannot_be_built(worker, name, database_names):
    before = database_names()
    with pytest.raises(ZeroDivisionError), worker(name).built(lambda _: 1 / 0):
        pass  # pragma: no cover
    assert database_names() == before
