"""The whole plugin in every mode in which tests are run, with an application and a database."""

import pytest

SCOPES = ("function", "class", "module", "package", "session")
ANYIO = """
@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture"""


def test_all_fixtures_work_together_on_each_database(project, database):
    result = project.runpytest_inprocess(f"--ftf-db-url={database}")
    result.assert_outcomes(passed=7)
    assert not list(project.path.glob("*.db"))


@pytest.mark.parametrize("scope", SCOPES)
def test_edge_52_loops_of_each_scope(make, scope):
    scopes = (f"-oasyncio_default_{of}_loop_scope={scope}" for of in ("test", "fixture"))
    make("plain").runpytest_inprocess("--ftf-db-url=sqlite", *scopes).assert_outcomes(passed=7)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_edge_52_random_order(make, seed):
    order = "--random-order-bucket=global", f"--random-order-seed={seed}"
    make("plain").runpytest_inprocess("--ftf-db-url=sqlite", *order).assert_outcomes(passed=7)


@pytest.mark.slow
def test_edge_52_workers(make, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ("xdist.plugin", "pytest_asyncio.plugin", "ftf.testing.plugin")
    chosen = [argument for plugin in plugins for argument in ("-p", plugin)]
    # This process has imported them before.
    chosen += ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
    chosen += ["-n2", "--ftf-db-url=sqlite"]
    make("plain").runpytest_inprocess(*chosen).assert_outcomes(passed=7)


@pytest.mark.parametrize(
    ("plugin", "fixture"),
    [("asyncio", "import pytest_asyncio\n\n@pytest_asyncio.fixture"), ("anyio", ANYIO)],
)
def test_edge_52_both_plugins_for_async_tests_when_they_are_strict(make, plugin, fixture):
    project = make("plain")
    file = project.path / "test_shop.py"
    text = file.read_text().replace("class TestShop", f"@pytest.mark.{plugin}\nclass TestShop")
    file.write_text(text.replace("@pytest.fixture", fixture))
    arguments = "--ftf-db-url=sqlite", "--asyncio-mode=strict"
    project.runpytest_inprocess(*arguments).assert_outcomes(passed=7)
