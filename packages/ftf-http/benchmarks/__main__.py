"""CPU time of the server for each request: `python packages/ftf-http/benchmarks`.

Every contender is served by uvicorn in a process of its own. They take turns, round after round,
so that whatever else the machine does hits all of them; the median of the rounds counts. The time
is the server's own, as its operating system counts it, and not the client's.
"""

import json
import socket
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
CONTENDERS = ("hand_wired", "ftf_http", "wireup", "dishka", "depends")
SCENARIOS = ("singleton", "scoped")
CONNECTIONS = 8


class Contender:
    """A server to be measured, over connections that stay open.

    Args:
        name: The module that holds its application.
        port: Where it listens.
    """

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.connections = [
            socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)
        ]

    def cost(self) -> dict[str, float]:
        """Ask what the process has cost so far."""
        connection = self.connections[0]
        connection.sendall(b"GET /cost HTTP/1.1\r\nhost: localhost\r\n\r\n")
        answer = _received(connection, b"}")
        found: dict[str, float] = json.loads(answer.partition(b"\r\n\r\n")[2])
        return found

    def ask(self, path: str, number: int) -> float:
        """Make requests, and tell the CPU seconds of one."""
        before = self.cost()["cpu"]
        request = f"GET /{path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode()
        for _ in range(number // CONNECTIONS):
            for connection in self.connections:
                connection.sendall(request)
            for connection in self.connections:
                _expect_empty_object(connection)
        return (self.cost()["cpu"] - before) / (number // CONNECTIONS * CONNECTIONS)


def _expect_empty_object(connection: socket.socket) -> None:
    answer = _received(connection, b"\r\n\r\n{}")
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(answer.decode())


def _received(connection: socket.socket, end: bytes) -> bytes:
    answer = b""
    while not answer.endswith(end):
        part = connection.recv(4096)
        if not part:
            raise ConnectionError(answer.decode())
        answer += part
    return answer


@contextmanager
def served(name: str) -> Iterator[Contender]:
    """Serve a contender in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number, port = listener.fileno(), listener.getsockname()[1]
        command = [sys.executable, HERE / "serve.py", name, str(number)]
        process = subprocess.Popen(command, pass_fds=[number], cwd=HERE)  # noqa: S603  # ours
    try:
        yield Contender(name, port)
    finally:
        process.terminate()
        process.wait()


def measure(contenders: list[Contender], rounds: int, number: int) -> None:
    """Print the table of all scenarios."""
    print(f"CPU µs of the server for a request, median of {rounds} rounds of {number}\n")
    print(f"{'':<12}" + "".join(f"{scenario:>12}{'':>8}" for scenario in SCENARIOS))
    times = {
        (contender.name, scenario): [contender.ask(scenario, number // 10)]
        for contender in contenders
        for scenario in SCENARIOS
    }
    for _ in range(rounds):
        for scenario in SCENARIOS:
            for contender in contenders:
                times[contender.name, scenario].append(contender.ask(scenario, number))
    for contender in contenders:
        cells = []
        for scenario in SCENARIOS:
            taken = times[contender.name, scenario][1:]
            base = times[contenders[0].name, scenario][1:]
            ratio = median(mine / theirs for mine, theirs in zip(taken, base, strict=True))
            cells.append(f"{median(taken) * 1e6:>12.1f}{ratio:>7.2f}×")
        print(f"{contender.name:<12}" + "".join(cells))


def watch_memory(contender: Contender, number: int) -> None:
    """Print how much memory a contender takes before and after many requests."""
    contender.ask("scoped", 2_000)
    before = contender.cost()["resident"]
    contender.ask("scoped", number)
    after = contender.cost()["resident"]
    mebi = 2**20
    print(
        f"\n{contender.name}: {before / mebi:.1f} MiB resident before {number} requests, "
        f"{after / mebi:.1f} MiB after"
    )


def main() -> None:
    """Do what the command line says."""
    parser = ArgumentParser(prog="python packages/ftf-http/benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=2_000, help="of each round")
    parser.add_argument("--memory", type=int, default=100_000, help="requests; 0 leaves it out")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=CONTENDERS)
    options = parser.parse_args()
    with ExitStack() as stack:
        contenders = [stack.enter_context(served(name)) for name in options.only]
        measure(contenders, options.rounds, options.requests)
        if options.memory:
            watch_memory(next(c for c in contenders if c.name == "ftf_http"), options.memory)


if __name__ == "__main__":
    main()
