"""What an import loads."""

import subprocess
import sys

import pytest

ADDITIONS = {
    f"ftf.container.{name}"
    for name in ("cli", "environment", "events", "jobs", "logs", "settings", "spans")
}
SLOW = {"argparse", "click", "cronsim", "importlib.metadata", "pydantic", "zoneinfo"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("ftf.container", ADDITIONS | SLOW | {"asyncio"}),
        ("ftf.container.events", SLOW | {"ftf.container.jobs"}),
        ("ftf.container.jobs", SLOW | {"ftf.container.cli", "ftf.container.events"}),
        ("ftf.container.logs", SLOW | {"asyncio", "ftf.container.cli"}),
        ("ftf.container.settings", {"click", "ftf.container.cli"}),
    ],
)
def test_an_import_loads_nothing_that_it_does_not_need(module, unwanted):
    code = (
        f"import sys; before = {{*sys.modules}}; import {module}; print(*{{*sys.modules}} - before)"
    )
    ended = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(ended.stdout.split())
    assert module in loaded
    assert loaded & unwanted == set()
