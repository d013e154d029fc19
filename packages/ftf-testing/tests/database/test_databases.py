"""The databases of a worker, made and removed in this process."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from ftf.testing._databases import Databases  # noqa: PLC2701
from ftf.testing._own_thread import run_on  # noqa: PLC2701  # workers are out of sight


@pytest.fixture
def worker(postgres_url):
    """Make what one worker of a run has."""
    return lambda name, run="r1": Databases(make_url(postgres_url), run, name)


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
