"""What commands cost, beside those of peers: `nox -s bench -- cli [rounds]`.

CPU time of the processes, started in turns, so that whatever else the machine does hits all of
them; the median counts. The project is one that `ftf new` writes, with a model and its migration.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

BIN = Path(sys.executable).parent
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
GROUPS = {
    "help": ("ftf --help", "ftf list", "alembic --help", "fastapi --help", "python -c pass"),
    "make": ("ftf make model Post title:str --dry-run", "ftf --help"),
    "database": ("ftf db upgrade", "alembic upgrade head"),
}
TARGETS = (
    ("ftf --help", "alembic --help", 0.2),
    ("ftf --help", "fastapi --help", 0.11),
    ("ftf make model Post title:str --dry-run", "ftf --help", 1.1),
    ("ftf db upgrade", "alembic upgrade head", 1.05),
)


def main(rounds: int) -> None:
    """Measure, and print a table."""
    with TemporaryDirectory() as folder:
        # With bytecode, as installed packages have it, also where this environment writes none.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder, "bytecode"))
        os.chdir(folder)
        run("ftf new bench_shop")
        os.chdir("bench_shop")
        run("ftf make model Product name:str")
        run("ftf make migration products")
        run("ftf db upgrade")
        found = {
            command: value for group in GROUPS.values() for command, value in of(group, rounds)
        }
    print(f"| Command | CPU ms, median of {rounds} |\n|---|---:|")
    for command, milliseconds in found.items():
        print(f"| `{command}` | {milliseconds:.0f} |")
    print("\n| | | ratio | target |\n|---|---|---:|---:|")
    for one, other, target in TARGETS:
        print(f"| `{one}` | `{other}` | {found[one] / found[other]:.2f} × | ≤ {target} × |")


def of(commands: tuple[str, ...], rounds: int) -> Iterator[tuple[str, float]]:
    """Return the median of each command; the first round compiles, and does not count."""
    times: dict[str, list[float]] = {command: [] for command in commands}
    for _ in range(rounds + 1):
        for command in commands:
            times[command].append(cpu(command))
    for command, values in times.items():
        yield command, median(values[1:]) * 1000


def cpu(command: str) -> float:
    """Run a command, and return the seconds of CPU that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def run(command: str) -> None:
    """Run a command of this environment."""
    program, *arguments = command.split()
    environment = os.environ | {"FTF_ENV": "local"}
    subprocess.run([BIN / program, *arguments], check=True, env=environment, **QUIET)  # noqa: S603  # ours


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
