"""What requests cost: `python packages/ftf-http/benchmarks [section ...]`.

`rows` calls applications in this process by their ASGI interface; `routes` does so with 1, 100 and
1,000 routes, and `start` measures how long 1,000 take to start. `served` and `services` have every
contender served by uvicorn in a process of its own: there the time is the server's own, as its
operating system counts it, and not the client's. Contenders take turns, round after round, so that
whatever else the machine does hits all of them; the median of the rounds counts.
"""

import json
import socket
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from in_process import measure_numbers_of_routes, measure_rows, measure_starts
from rows import ROWS, SERVICES, Row
from table import Times, print_table

HERE = Path(__file__).parent
FRAMEWORKS = ("plain_fastapi", "starlette_by_hand", "litestar_", "blacksheep_", "ftf_http")
# What the server takes alone and with a framework that decides nothing shows what can be reached.
FLOORS = ("uvicorn_alone", "starlette_by_hand")
CONTAINERS = ("hand_wired", *FLOORS, "ftf_http", "wireup", "dishka", "depends")
SERVED = "CPU µs of the server for a request"
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

    def ask(self, row: Row, number: int) -> float:
        """Make requests. Return the CPU seconds of one."""
        before = self.cost()["cpu"]
        request = _written(row)
        for _ in range(number // CONNECTIONS):
            for connection in self.connections:
                connection.sendall(request)
            for connection in self.connections:
                _expect(connection, row)
        return (self.cost()["cpu"] - before) / (number // CONNECTIONS * CONNECTIONS)


def _written(row: Row) -> bytes:
    query = f"?{row.query.decode()}" if row.query else ""
    lines = [f"{row.method} /{row.name}{row.rest}{query} HTTP/1.1", "host: localhost"]
    if row.body:
        lines += ["content-type: application/json", f"content-length: {len(row.body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + row.body


def _expect(connection: socket.socket, row: Row) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _part(connection, answer)
    head, _, body = answer.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(headers[b"content-length"]):
        body += _part(connection, answer)
    if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 201 ")) or json.loads(body) != row.answer:
        raise ConnectionError(answer.decode())


def _part(connection: socket.socket, before: bytes) -> bytes:
    part = connection.recv(65_536)
    if not part:
        raise ConnectionError(before.decode())
    return part


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


def measure(
    title: str, names: Sequence[str], rows: Sequence[Row], rounds: int, number: int
) -> None:
    """Print the table of all rows, for contenders that are served."""
    times: Times = {}
    with ExitStack() as stack:
        contenders = [stack.enter_context(served(name)) for name in names]
        for row in rows:
            for contender in contenders:
                contender.ask(row, number // 10)
        for _ in range(rounds):
            for row in rows:
                for contender in contenders:
                    taken = contender.ask(row, number)
                    times.setdefault((row.name, contender.name), []).append(taken)
    print_table(title, times, names[0])


def watch_memory(number: int) -> None:
    """Print how much memory this package takes before and after requests for every row."""
    with served("ftf_http") as contender:
        before = _resident_after(contender, 8_000)
        after = _resident_after(contender, number)
    print(
        f"\n{contender.name}: {before:.1f} MiB resident before {number} requests, "
        f"{after:.1f} MiB after"
    )


def _resident_after(contender: Contender, number: int) -> float:
    for row in ROWS:
        contender.ask(row, number // len(ROWS))
    return contender.cost()["resident"] / 2**20


def main() -> None:
    """Do what the command line says."""
    parser = ArgumentParser(prog="python packages/ftf-http/benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=2_000, help="of each round")
    parser.add_argument("--memory", type=int, default=100_000, help="requests")
    parser.add_argument("--only", nargs="+", choices={*FRAMEWORKS, *CONTAINERS})
    options = parser.parse_args()
    rounds, number = options.rounds, options.requests
    chosen = {*(options.only or (*FRAMEWORKS, *CONTAINERS))}
    frameworks = [name for name in FRAMEWORKS if name in chosen]
    containers = [name for name in CONTAINERS if name in chosen]
    sections: Mapping[str, Callable[[], None]] = {
        "rows": lambda: measure_rows(frameworks, rounds, number // 10),
        "routes": lambda: measure_numbers_of_routes(frameworks, rounds, number // 10),
        "start": lambda: measure_starts(frameworks, max(rounds // 5, 1)),
        "served": lambda: measure(SERVED, frameworks, ROWS, rounds, number),
        "services": lambda: measure(SERVED, containers, SERVICES, rounds, number),
        "memory": lambda: watch_memory(options.memory),
    }
    if unknown := {*options.sections} - {*sections}:
        parser.error(f"{', '.join(sorted(unknown))} is not one of {', '.join(sections)}")
    for name in options.sections or sections:
        sections[name]()


if __name__ == "__main__":
    main()
