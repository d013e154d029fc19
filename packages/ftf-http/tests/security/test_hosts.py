import pytest

from ftf.http import FastTrackFramework
from ftf.http.security import InvalidSecurityError, SecurityOptions

OPTIONS = SecurityOptions(hosts=["api.example.com", "*.pages.example.com", "[::1]"])


@pytest.mark.parametrize(
    "host",
    [
        "api.example.com",
        "api.example.com:8443",
        "API.Example.COM",
        "api.example.com.",
        "[::1]:8000",
        "a.pages.example.com",
    ],
)
async def test_edge_s86_a_host_is_compared_without_case_port_and_last_dot(ask, host):
    assert (await ask(OPTIONS, ("host", host))).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "api-example.com",
        "apiXexample.com",
        "api.example.com.evil.example",
        "pages.example.com",
        "a.b.pages.example.com",
        ".pages.example.com",
        "a..pages.example.com",
        "api.example.com/path",
        "api.example.com:port",
        "user@api.example.com",
        "api.example.com#",
        "127.0.0.1",
        "[::2]",
        ".",
    ],
)
async def test_edge_s86_any_other_host_is_refused(ask, host):
    response = await ask(OPTIONS, ("host", host))
    assert response.status_code == 400
    assert response.json() == {
        "title": "Bad Request",
        "status": 400,
        "detail": "The header Host does not name this application.",
    }
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("hosts", [[], [b"api.example.com", b"api.example.com"]])
async def test_edge_s86_a_host_is_named_once(hosts):
    app = FastTrackFramework(security=OPTIONS)
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http"}
    await app(scope | {"headers": [(b"host", host) for host in hosts]}, None, send)
    assert sent[0]["status"] == 400


@pytest.mark.parametrize(("path", "status"), [("/health", 200), ("/ready", 200), ("/", 400)])
async def test_edge_s86_probes_ask_by_the_address_of_a_pod(ask, path, status):
    assert (await ask(OPTIONS, url=f"http://10.1.2.3{path}")).status_code == status


async def test_any_host_is_allowed_without_names(ask):
    assert (await ask(SecurityOptions(), ("host", "any"))).status_code == 200


async def test_a_websocket_for_another_host_is_closed(talk):
    app = FastTrackFramework(security=OPTIONS)
    headers = [(b"host", b"evil.example")]
    (close,) = await talk(app, "/", headers=headers, scheme="ws")
    assert (close["type"], close["code"]) == ("websocket.close", 1008)


@pytest.mark.parametrize(
    "host", ["*", "api.example.com:80", "a.*.com", "https://api.example.com", ""]
)
def test_a_name_that_is_no_host_is_refused(host):
    with pytest.raises(InvalidSecurityError, match=r"hosts=.*without ports"):
        SecurityOptions(hosts=[host])
