import pytest
from httpx import ASGITransport, AsyncClient
from starlette.requests import Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from ftf.http import FastTrackFramework
from ftf.http.security import InvalidSecurityError, SecurityOptions

PROXIED = SecurityOptions(proxies=["10.0.0.0/8", "2001:db8::/32"])
PROXY = ("10.0.0.1", 5)


async def client_of(ask, options, *headers, client=PROXY) -> str | None:
    return (await ask(options, *headers, client=client)).json()["client"]


@pytest.mark.parametrize("name", ["x-forwarded-for", "x-real-ip"])
async def test_edge_s84_the_word_of_another_peer_does_not_count(ask, name):
    peer = ("203.0.113.7", 5)
    assert await client_of(ask, PROXIED, (name, "1.2.3.4"), client=peer) == "203.0.113.7"
    forwarded = ("forwarded", "for=1.2.3.4")
    options = SecurityOptions(proxies=["10.0.0.0/8"], forwarded="forwarded")
    assert await client_of(ask, options, forwarded, client=peer) == "203.0.113.7"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("6.6.6.6,1.2.3.4:4711", "1.2.3.4"),
        ("[2a00:1::1]:443", "2a00:1::1"),
        ("2a00:1::1", "2a00:1::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("1.2.3.4, 2001:db8::7", "1.2.3.4"),
        ("1.2.3.4, ::ffff:10.0.0.9", "1.2.3.4"),
        (", ".join(["6.6.6.6"] * 1_000 + ["1.2.3.4"]), "1.2.3.4"),
        (", ".join(["6.6.6.6"] + ["10.0.0.2"] * 1_000), "10.0.0.2"),
    ],
)
async def test_edge_s84_the_client_is_the_rightmost_that_is_no_proxy(ask, forwarded, client):
    assert await client_of(ask, PROXIED, ("x-forwarded-for", forwarded)) == client


async def test_edge_s84_several_headers_are_one_list(ask):
    headers = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.2.3.4")]
    assert await client_of(ask, PROXIED, *headers) == "1.2.3.4"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [("1.2.3.4, 5.6.7.8", "1.2.3.4"), ("6.6.6.6, 1.2.3.4, 5.6.7.8", "1.2.3.4"), ("1.2.3.4", None)],
)
async def test_edge_s84_a_number_of_hops_is_counted_from_the_right(ask, forwarded, client):
    options = SecurityOptions(proxies=["10.0.0.0/8"], hops=2)
    found = await client_of(ask, options, ("x-forwarded-for", forwarded))
    assert found == (client or PROXY[0])


@pytest.mark.parametrize("address", ["*", "0.0.0.0/0", "::/0", "10.0.0.1/8", "localhost"])
def test_edge_s84_every_address_is_no_proxy(address):
    with pytest.raises(InvalidSecurityError, match=r"proxies=.*because then clients could choose"):
        SecurityOptions(proxies=[address])


def test_a_number_of_hops_is_at_least_1():
    with pytest.raises(InvalidSecurityError, match="hops=0: it must be a number from 1"):
        SecurityOptions(proxies=["10.0.0.0/8"], hops=0)


@pytest.mark.parametrize("client", ["1.2.3.4", "10.0.0.1"])
async def test_edge_s84_uvicorn_s_own_proxies_in_front_shift_nothing(client):
    app = FastTrackFramework(security=PROXIED)

    @app.get("/")
    async def show(request: Request) -> str | None:
        return request.client and request.client.host

    behind = ProxyHeadersMiddleware(app, trusted_hosts=["10.0.0.1"])
    transport = ASGITransport(behind, client=PROXY)
    async with AsyncClient(transport=transport, base_url="http://test") as http:
        forwarded = "6.6.6.6, 1.2.3.4" if client == "1.2.3.4" else "6.6.6.6, 1.2.3.4, 10.0.0.2"
        response = await http.get("/", headers={"x-forwarded-for": forwarded})
    assert response.json() == "1.2.3.4"


@pytest.mark.parametrize(
    "forwarded", ["unknown", "_hidden", "1.2.3", "6.6.6.6, -", "", "1.2.3.4, "]
)
@pytest.mark.parametrize("kind", ["x-forwarded", "forwarded"])
async def test_edge_s85_what_names_no_client_is_the_proxy_or_refused(ask, forwarded, kind):
    header = ("x-forwarded-for", forwarded)
    if kind == "forwarded":
        header = ("forwarded", ", ".join(f"for={each}" for each in forwarded.split(", ")))
    proxied = {"proxies": ["10.0.0.0/8"], "forwarded": kind}
    assert await client_of(ask, SecurityOptions(**proxied), header) == PROXY[0]
    refusing = SecurityOptions(**proxied, malformed="refuse")
    assert (await ask(refusing, header, client=PROXY)).status_code == 400


@pytest.mark.parametrize(
    ("forwarded", "seen"),
    [
        ("for=1.2.3.4", ("1.2.3.4", "http")),
        ('for="[2a00:1::1]:4711";proto=https', ("2a00:1::1", "https")),
        ("for=6.6.6.6, For=1.2.3.4;PROTO=https;by=10.0.0.1", ("1.2.3.4", "https")),
        ("for=1.2.3.4;proto=http, for=10.0.0.2;proto=https", ("1.2.3.4", "https")),
    ],
)
async def test_edge_s85_the_header_of_rfc_7239_is_read(ask, forwarded, seen):
    options = SecurityOptions(proxies=["10.0.0.0/8"], forwarded="forwarded")
    other = ("x-forwarded-for", "6.6.6.6")
    found = (await ask(options, ("forwarded", forwarded), other, client=PROXY)).json()
    assert (found["client"], found["url"].partition(":")[0]) == seen


async def test_edge_s85_the_header_of_the_other_kind_is_not_read(ask):
    headers = [("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=6.6.6.6")]
    assert await client_of(ask, PROXIED, *headers) == "1.2.3.4"


@pytest.mark.parametrize(
    ("proto", "scheme"),
    [("https", "https"), ("HTTPS", "https"), ("http, https", "https"), ("gopher", "http")],
)
async def test_the_scheme_is_that_of_the_nearest_proxy(ask, proto, scheme):
    headers = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", proto)]
    response = await ask(PROXIED, *headers, client=PROXY)
    assert response.json()["url"] == f"{scheme}://api.example.com/"


async def test_edge_s53_the_host_is_forwarded_only_where_that_is_said(ask):
    headers = [("x-forwarded-for", "1.2.3.4"), ("x-forwarded-host", "shop.example.com")]
    response = await ask(PROXIED, *headers, client=PROXY)
    assert response.json()["url"] == "http://api.example.com/"
    options = SecurityOptions(
        proxies=["10.0.0.0/8"], forwarded_host=True, hosts=["shop.example.com"]
    )
    response = await ask(options, *headers, client=PROXY)
    assert response.json()["url"] == "http://shop.example.com/"
    assert (await ask(options, *headers)).status_code == 400


async def test_a_proxy_on_a_unix_socket_has_no_address(ask):
    header = ("x-forwarded-for", "1.2.3.4")
    assert await client_of(ask, PROXIED, header, client=None) is None
    options = SecurityOptions(proxies=["unix"])
    assert await client_of(ask, options, header, client=None) == "1.2.3.4"


async def test_a_peer_whose_name_is_no_address_is_no_proxy(ask):
    header = ("x-forwarded-for", "1.2.3.4")
    assert await client_of(ask, PROXIED, header, client=("testclient", 5)) == "testclient"
