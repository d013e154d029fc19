"""Measuring the tests of a project, as pytest runs them."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

SETTINGS = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
ftf_metadata = models:Base
pythonpath = .
"""
CLOCK = """
import json
from pathlib import Path

def pytest_runtest_logreport(report):
    with Path("times.jsonl").open("a") as file:
        file.write(json.dumps([report.nodeid.rpartition(":")[2], report.duration]) + "\\n")
"""


def seconds(files: dict[str, str], *arguments: str) -> dict[str, list[float]]:
    """Run a project's tests, and tell the wall seconds of each, with its fixtures, by its name."""
    with TemporaryDirectory() as folder:
        project = Path(folder)
        for name, text in {"pytest.ini": SETTINGS, "conftest.py": CLOCK, **files}.items():
            (project / name).write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", *arguments]
        subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        lines = (project / "times.jsonl").read_text().splitlines()
    phases: dict[str, list[float]] = defaultdict(list)
    for name, duration in map(json.loads, lines):
        phases[name].append(duration)
    times: dict[str, list[float]] = defaultdict(list)
    for name, durations in phases.items():
        times[name.partition("[")[0]].append(sum(durations))
    return times
