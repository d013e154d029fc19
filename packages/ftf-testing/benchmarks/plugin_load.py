"""What loading the plugin adds to `pytest --version`."""

import sys
from os import environ
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median, quantiles
from subprocess import run

MOST_ROUNDS = 40
# Plugins of other packages would only add to what both take.
ALONE = {**environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def measure(rounds: int) -> None:
    """Print the CPU milliseconds of processes with and without the plugin, which take turns."""
    without, loaded = [], []
    for _ in range(min(rounds, MOST_ROUNDS)):
        without.append(_milliseconds())
        loaded.append(_milliseconds("-p", "ftf.testing.plugin"))
    added = [after - before for before, after in zip(without, loaded, strict=True)]
    low, middle, high = quantiles(added, n=4)
    print("| pytest --version | with the plugin | added | half of the rounds |")
    print("|---:|---:|---:|---|")
    print(
        f"| {median(without):.0f} ms | {median(loaded):.0f} ms | {middle:.1f} ms "
        f"| {low:.1f} to {high:.1f} ms |"
    )


def _milliseconds(*arguments: str) -> float:
    before = _cpu()
    command = [sys.executable, "-m", "pytest", *arguments, "--version"]
    run(command, env=ALONE, capture_output=True, check=True)  # noqa: S603  # our own words
    return (_cpu() - before) * 1_000


def _cpu() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
