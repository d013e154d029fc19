"""Start a server by a command, make each call of a product's controller, and stop the server.

The port is free when it is chosen, and a server that another program was faster than is started
again on another one.
"""

import subprocess
import sys
from contextlib import closing
from socket import AF_INET, SOCK_STREAM, socket

from httpx import Client, HTTPTransport, Response

ATTEMPTS = 3


def main(command: list[str]) -> None:
    """Serve and use the application of the current folder."""
    for _ in range(ATTEMPTS):
        port = free_port()
        with subprocess.Popen([*command, "--port", str(port)]) as server:  # noqa: S603  # the caller's
            try:
                if wait_for(port, server):
                    use(port)
                    return
            finally:
                server.terminate()
    sys.exit(f"{' '.join(command)} does not serve")


def free_port() -> int:
    """Return a port that nothing listens on at the moment."""
    with closing(socket(AF_INET, SOCK_STREAM)) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes]) -> bool:
    """Return whether the server answers, before it has ended."""
    while True:
        with closing(socket(AF_INET, SOCK_STREAM)) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        return False


def use(port: int) -> None:
    """Create, list, show, change and remove a product."""
    transport = HTTPTransport(retries=5)
    product = {"name": "Chair", "price": "12.50", "stock": 3}
    with Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=30) as client:
        created = expect(client.post("/products", json=product), 201)
        place = f"/products/{created['id']}"
        assert expect(client.get("/products"), 200)["items"]
        assert expect(client.get(place), 200) == {**product, "id": created["id"]}
        changed = expect(client.put(place, json={**product, "name": "Stool"}), 200)
        assert changed["name"] == "Stool"
        assert client.delete(place).is_success
        assert client.get(place).is_client_error
    print(f"the product's controller answers on port {port}")


def expect(response: Response, status: int) -> dict[str, object]:
    """Return the body of a response of this status."""
    if response.status_code != status:
        sys.exit(f"{response.request.url}: {response.status_code}, not {status}: {response.text}")
    found: dict[str, object] = response.json()
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
