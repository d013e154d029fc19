import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from ftf.http import FastTrackFramework
from ftf.http.limits import Limit, LimitStore, MemoryLimits, PostgresLimits, RedisLimits


class RedisServer:
    """A Redis server on a Unix socket, which tests may stop and start again."""

    def __init__(self, folder: Path) -> None:
        # A loaded machine may take longer than the seconds that the client waits by default.
        self.url = f"unix://{folder}/redis.sock?socket_timeout=60&socket_connect_timeout=60"
        self._command = [
            *("redis-server", "--port", "0", "--unixsocket", f"{folder}/redis.sock"),
            *("--save", "", "--daemonize", "no", "--dir", str(folder)),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        command = [*self._command, *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603  # ours
        for line in self._process.stdout:
            if b"ready to accept" in line.lower():
                return
        raise OSError("redis-server has ended")

    def stop(self) -> None:
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None


@pytest.fixture(scope="session")
def redis_folder() -> Iterator[Path]:
    # Not pytest's folder: the path of a Unix socket has at most about a hundred characters.
    folder = Path(mkdtemp(prefix="ftf-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis_server(redis_folder) -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed; `nox -s tests` installs it where it can")
    server = RedisServer(redis_folder)
    server.start()
    yield server
    server.stop()


class Clock:
    """A clock that goes when a test says so; it returns nanoseconds."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000_000_000

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1e9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "redis", "postgres"])
async def store(request) -> AsyncIterator[LimitStore]:
    """A store that counts nothing yet, of each kind in turn, with its own clock."""
    kind, secret = request.param, request.node.nodeid
    if kind == "memory":
        made: LimitStore = MemoryLimits()
    elif kind == "redis":
        made = RedisLimits(request.getfixturevalue("redis_server").url, secret=secret)
    else:
        made = PostgresLimits(request.getfixturevalue("postgres_url"), secret=secret)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def app() -> FastTrackFramework:
    """An application with a limit of two requests an hour, which nothing takes yet."""
    app = FastTrackFramework()
    app.add_limit("two", Limit.per_hour(2))
    return app


@pytest.fixture
def statuses():
    """The statuses of some requests."""

    async def of(client, path: str, number: int = 3, method: str = "GET") -> list[int]:
        return [(await client.request(method, path)).status_code for _ in range(number)]

    return of
