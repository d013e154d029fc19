"""What importing the package costs a fresh interpreter."""

import sys
from pathlib import Path
from statistics import median
from subprocess import run
from tempfile import TemporaryDirectory

CPU_TIME = "import time; print(time.process_time_ns())"
MODULES = "import sys; print(*sys.modules)"


def import_milliseconds(module: str, pairs: int = 25) -> float:
    """Measure the CPU time that an import adds to a bare interpreter, in pairs of the two."""
    with TemporaryDirectory() as folder:
        added = [
            _cpu(f"import {module}", Path(folder)) - _cpu("pass", Path(folder))
            for _ in range(pairs + 1)
        ]
    return median(added[1:]) / 1e6  # the first wrote the bytecode


def foreign_modules(module: str) -> set[str]:
    """Find the top-level modules that an import loads from outside the standard library."""
    loaded = _modules(f"import {module}") - _modules("pass")
    return loaded - sys.stdlib_module_names - {module.partition(".")[0]}


def _cpu(statement: str, bytecode: Path) -> int:
    return int(_output(f"{statement}; {CPU_TIME}", f"-Xpycache_prefix={bytecode}"))


def _modules(statement: str) -> set[str]:
    names = _output(f"{statement}; {MODULES}").split()
    return {name.partition(".")[0] for name in names}


def _output(program: str, *options: str) -> str:
    """Run a program in an interpreter that no environment variable changes."""
    command = [sys.executable, "-I", *options, "-c", program]
    return run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
