"""Programs that run in two processes at once."""

import os
import subprocess
import sys
from contextlib import ExitStack
from types import ModuleType


def outputs_at_once(program: ModuleType, *arguments: str) -> list[str]:
    """Run a program in two processes that go on together. Return what each prints after that.

    Args:
        program: Prints "ready", and goes on when it has read a line.
        arguments: Those of its command line.
    """
    command = [sys.executable, program.__file__, *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    with ExitStack() as ends:
        processes = []
        for _ in range(2):
            process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)  # noqa: S603  # ours
            processes.append(ends.enter_context(process))
            ends.callback(process.kill)
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [process.communicate()[0] for process in processes]
