"""Workers in processes of their own, and the signals that end them."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

pytestmark = pytest.mark.slow

SHOP = """
import asyncio
import sys
from dataclasses import dataclass
from ftf.container import Container, ServiceProvider
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider

def tell(text):
    print(text, flush=True)

class Pool: ...

async def open_pool():
    try:
        yield Pool()
    finally:
        tell("closed")

@dataclass(frozen=True)
class Work(Job):
    kind: str
    async def handle(self, pool: Pool) -> None:
        try:
            tell("started")
            if self.kind == "line":
                await asyncio.to_thread(sys.stdin.readline)
            elif self.kind == "hang":
                await asyncio.Event().wait()
            tell("done")
        finally:
            tell("left")

class Shop(ServiceProvider):
    def __init__(self, kind): self.kind = kind
    def register(self, container):
        container.register(Pool, open_pool, scope="scoped")
        JobRegistry.of(container).register(Work)
    async def boot(self, container: Container):
        if self.kind == "broken":
            raise ConnectionError("no database")
        async with container.scoped_context() as scope:
            await (await scope.aresolve(Jobs)).enqueue(Work(self.kind))

def made(kind):
    container = Container()
    container.add_provider(JobsProvider(), Shop(kind))
    return container

short, line, hang, broken = map(made, ("short", "line", "hang", "broken"))
"""


@contextmanager
def worker(folder: Path, shop: str, grace: float) -> Iterator[subprocess.Popen[str]]:
    """Start a worker, which is killed if a test leaves it or hangs."""
    folder.joinpath("shop.py").write_text(SHOP)
    command = [sys.executable, "-m", "ftf.container.jobs", f"shop:{shop}", "--grace", str(grace)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=folder, text=True, **pipes)  # noqa: S603  # ours
    limit = Timer(600, process.kill)
    limit.start()
    try:
        with process:
            yield process
            process.stdin.close()
    finally:
        limit.cancel()
        process.kill()


def read(process: subprocess.Popen[str], text: str) -> None:
    """Read what a worker prints until a line."""
    assert f"{text}\n" in iter(process.stdout.readline, "")


def stop(process: subprocess.Popen[str]) -> None:
    """Send SIGTERM, and wait until the worker has noticed."""
    process.send_signal(signal.SIGTERM)
    assert any("stopping" in line for line in iter(process.stderr.readline, ""))


def test_job_80_an_idle_worker_ends_at_once(tmp_path):
    with worker(tmp_path, "short", grace=600) as process:
        read(process, "closed")
        stop(process)
        assert process.wait() == 0


def test_job_81_a_job_that_runs_may_end(tmp_path):
    with worker(tmp_path, "line", grace=600) as process:
        read(process, "started")
        stop(process)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.wait() == 0
        assert process.stdout.read() == "done\nleft\nclosed\n"


def test_job_82_a_job_that_takes_too_long_is_cancelled_and_its_services_close(tmp_path):
    with worker(tmp_path, "hang", grace=0.01) as process:
        read(process, "started")
        stop(process)
        assert process.wait() == 0
        assert process.stdout.read() == "left\nclosed\n"


def test_job_83_a_second_signal_skips_the_wait(tmp_path):
    with worker(tmp_path, "hang", grace=600) as process:
        read(process, "started")
        stop(process)
        stop(process)
        assert process.wait() == 0
        assert process.stdout.read() == "left\nclosed\n"


def test_job_87_a_provider_that_fails_to_boot_ends_the_process_with_1(tmp_path):
    with worker(tmp_path, "broken", grace=600) as process:
        assert process.wait() == 1
        assert process.stdout.read() == ""
        assert process.stderr.read().count("ConnectionError: no database") == 1
