"""Measuring the tests of a project, as pytest runs them."""

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SETTINGS = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = {loop}
asyncio_default_test_loop_scope = {loop}
ftf_metadata = models:Base
pythonpath = .
"""
CLOCK = """
import json
from pathlib import Path
from time import perf_counter, process_time

import pytest

def clock(phase):
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def measured(item):
        began = perf_counter(), process_time()
        try:
            return (yield)
        finally:
            ended = perf_counter(), process_time()
            spent = [after - before for before, after in zip(began, ended)]
            with Path("times.jsonl").open("a") as file:
                file.write(json.dumps([item.name, phase, *spent]) + "\\n")
    return measured

pytest_runtest_setup = clock("setup")
pytest_runtest_call = clock("call")
pytest_runtest_teardown = clock("teardown")
"""


@dataclass(frozen=True, slots=True)
class Phases:
    """The seconds that a test took: the set-up and tear-down of its fixtures, and itself."""

    setup: float
    call: float
    teardown: float

    @property
    def fixtures(self) -> float:
        """What is not the test itself."""
        return self.setup + self.teardown

    @property
    def whole(self) -> float:
        """All of it."""
        return self.setup + self.call + self.teardown


def phases(
    files: dict[str, str], *arguments: str, loop: str = "function"
) -> dict[str, dict[str, Phases]]:
    """Run a project's tests in event loops of a scope.

    The phases are those of each test, by its name and by clock: wall and cpu.
    """
    with TemporaryDirectory() as folder:
        project = Path(folder)
        for name, text in {
            "pytest.ini": SETTINGS.format(loop=loop),
            "conftest.py": CLOCK,
            **files,
        }.items():
            (project / name).write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", *arguments]
        subprocess.run(command, cwd=project, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        lines = (project / "times.jsonl").read_text().splitlines()
    wall: dict[str, dict[str, float]] = defaultdict(dict)
    cpu: dict[str, dict[str, float]] = defaultdict(dict)
    for test, phase, wall_seconds, cpu_seconds in map(json.loads, lines):
        wall[test][phase], cpu[test][phase] = wall_seconds, cpu_seconds
    return {test: {"wall": Phases(**wall[test]), "cpu": Phases(**cpu[test])} for test in wall}
