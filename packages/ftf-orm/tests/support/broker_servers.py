"""Brokers that tests start, kill and start again: Redis, RabbitMQ and NATS of the distribution."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # not its wrapper, which changes the user
PROGRAMS = {"redis": "redis-server", "amqp": RABBITMQ, "nats": "nats-server"}


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Server:
    """A broker that keeps its messages in a folder."""

    def __init__(self, scheme: str, folder: Path) -> None:
        self.scheme, self.folder = scheme, folder
        self.ports = free_ports(3)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.ports[0]}"

    async def start(self) -> None:
        """Start the broker, and return when it can be reached."""
        command, settings = getattr(self, f"_{self.scheme}")()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220, S603  # it outlives the loop of a test
                command, env=os.environ | settings, stdout=log, stderr=log, start_new_session=True
            )
        while self.is_running:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.ports[0])
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return
        raise OSError((self.folder / "log").read_text())

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """Kill the broker with all of its processes."""
        if self.process and self.is_running:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    async def lose_all(self) -> None:
        """Kill the broker, delete what it has kept, and start it again."""
        self.kill()
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        await self.start()

    def _redis(self) -> tuple[list[str], dict[str, str]]:
        options = ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(self.folder)]
        return [PROGRAMS["redis"], "--port", str(self.ports[0]), *options], {}

    def _nats(self) -> tuple[list[str], dict[str, str]]:
        options = ["-js", "-sd", str(self.folder), "-a", "127.0.0.1"]
        return [PROGRAMS["nats"], "-p", str(self.ports[0]), *options], {}

    def _amqp(self) -> tuple[list[str], dict[str, str]]:
        own = {
            "HOME": self.folder,
            "RABBITMQ_NODENAME": f"ftf{self.ports[0]}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": self.ports[0],
            "RABBITMQ_DIST_PORT": self.ports[1],
            "ERL_EPMD_PORT": self.ports[2],
            "RABBITMQ_MNESIA_BASE": self.folder / "mnesia",
            "RABBITMQ_LOG_BASE": self.folder / "logs",
            "RABBITMQ_ENABLED_PLUGINS_FILE": self.folder / "plugins",
            "RABBITMQ_PLUGINS_EXPAND_DIR": self.folder / "expanded",
        }
        # A daemon that the broker would start, and leave running.
        script = f'epmd -port {self.ports[2]} & exec "$0"'
        return ["sh", "-c", script, PROGRAMS["amqp"]], {
            name: str(value) for name, value in own.items()
        }


def missing() -> list[str]:
    """Return the programs that are not installed."""
    return [each for each in PROGRAMS.values() if shutil.which(each) is None]
