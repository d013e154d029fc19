"""Two processes that count in one store."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("two_processes.py")


@pytest.mark.slow
def test_edge_s72_two_processes_with_a_hundred_hits_each_let_ten_through(
    request, redis_server, postgres_url
):
    servers = f"redis={redis_server.url}", f"postgres={postgres_url}"
    command = [sys.executable, str(PROGRAM), request.node.nodeid, *servers]
    pipe = subprocess.PIPE
    processes = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603  # ours
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    counts = [map(int, process.communicate()[0].split()) for process in processes]
    assert [sum(each) for each in zip(*counts, strict=True)] == [10] * 4
