"""What the plugin costs a project that has nothing to do with it."""

import subprocess
import sys

BLOCKED = """
import sys
for name in ("fastapi", "faker", "httpx", "httpx2", "polyfactory", "sqlalchemy", "starlette"):
    sys.modules[name] = None
"""
LISTING = """
import sys
import pytest
before = {*sys.modules}
import ftf.testing.plugin, ftf.testing._plugin_app
print(*{*sys.modules} - before)
"""


def test_edge_55_the_plugin_loads_where_every_framework_is_missing(project, monkeypatch):
    # Plugins of others need what is blocked here.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    test = """
    import sys

    def test_nothing_of_the_framework_is_imported():
        assert "ftf.container" not in sys.modules
    """
    run = project(test, app="", loops=(), blocked=BLOCKED).runpytest_subprocess
    run("-p", "blocked", "-p", "ftf.testing.plugin").assert_outcomes(passed=1)


def test_loading_the_plugin_imports_nothing_heavy():
    loaded = subprocess.check_output([sys.executable, "-c", LISTING], text=True).split()  # noqa: S603
    packages = {name.partition(".")[0] for name in loaded}
    heavy = {"asyncio", "fastapi", "faker", "httpx", "httpx2", "polyfactory", "sqlalchemy"}
    assert not packages & heavy
    assert "ftf.container" not in loaded


def test_settings_marker_and_fixtures_are_described(project):
    run = project("").runpytest_inprocess
    run("--help").stdout.fnmatch_lines_random(
        ["*ftf_app (string):*", "*ftf_seed (string):*", "*ftf_check_leftovers (bool):*"]
    )
    run("--markers").stdout.fnmatch_lines(["@pytest.mark.seed(value): let factories invent*"])
    names = "app", "container", "override", "transport", "client", "acting_as", "factory"
    run("--fixtures").stdout.fnmatch_lines_random([f"{name} -- *" for name in names])


def test_the_part_goes_with_the_plugin(project, pytester):
    project("def test_it(app): ...")
    pytester.makeini("")
    result = pytester.runpytest_inprocess("-p", "no:ftf", "-p", "no:asyncio")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'app' not found*"])
