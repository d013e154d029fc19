import logging

import pytest

from ftf.http import FastTrackFramework
from ftf.http.security import SecurityOptions

REQUIRED = SecurityOptions(https="require")
PROXIED = SecurityOptions(https="require", proxies=["10.0.0.0/8"])
NAVIGATE = ("sec-fetch-mode", "navigate")
PROXY = ("10.0.0.1", 5)


@pytest.mark.parametrize("header", [NAVIGATE, ("accept", "text/html, */*;q=0.8")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_edge_s87_a_navigation_is_redirected_with_its_path_and_query(ask, header, method):
    url = "http://api.example.com:8080/a%20b/?q=%C3%A9&r=1"
    response = await ask(REQUIRED, header, method=method, url=url)
    assert response.status_code == 308
    assert response.headers["location"] == "https://api.example.com/a%20b/?q=%C3%A9&r=1"
    assert "strict-transport-security" not in response.headers


async def test_edge_s87_a_redirect_keeps_the_address_of_ipv6(ask):
    for host in ("[::1]", "[::1]:80"):
        response = await ask(REQUIRED, NAVIGATE, ("host", host))
        assert response.headers["location"] == "https://[::1]/"


@pytest.mark.parametrize(
    ("method", "header"),
    [("POST", NAVIGATE), ("GET", ("sec-fetch-mode", "cors")), ("GET", ("accept", "*/*"))],
)
async def test_edge_s87_what_a_program_sends_is_refused(ask, method, header):
    response = await ask(REQUIRED, header, method=method)
    assert response.status_code == 403
    assert response.json()["detail"] == "This application is only served over https."


async def test_edge_s87_a_client_cannot_claim_https(ask, caplog):
    spoofed = ("x-forwarded-proto", "https"), ("x-forwarded-for", "1.2.3.4")
    with caplog.at_level(logging.WARNING, "ftf.http"):
        assert (await ask(PROXIED, NAVIGATE, *spoofed)).status_code == 308
    assert "is not among SecurityOptions(proxies=...)" in caplog.text


async def test_the_missing_proxy_is_named_once(caplog, bare):
    app = FastTrackFramework(security=REQUIRED)
    with caplog.at_level(logging.WARNING, "ftf.http"):
        async with bare(app) as client:
            for _ in range(3):
                await client.get("/", headers={"x-forwarded-proto": "https"})
    assert len(caplog.messages) == 1


async def test_edge_s87_there_is_no_loop_behind_a_proxy_that_ends_https(ask):
    headers = ("x-forwarded-proto", "https"), ("x-forwarded-for", "1.2.3.4")
    response = await ask(PROXIED, NAVIGATE, *headers, client=PROXY)
    assert response.status_code == 200
    assert response.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_edge_s87_a_websocket_without_tls_is_refused(talk):
    app = FastTrackFramework(security=REQUIRED)
    headers = [(b"host", b"api.example.com")]
    (close,) = await talk(app, "/", headers=headers, scheme="ws")
    assert close["type"] == "websocket.close"
    assert close["reason"] == "This application is only served over https."
    (close,) = await talk(app, "/", headers=headers, scheme="wss")
    assert close["reason"] != "This application is only served over https."


@pytest.mark.parametrize("host", ["localhost", "app.localhost:8000", "127.0.0.1", "[::1]:8443"])
async def test_edge_s87_browsers_are_not_bound_to_https_on_this_machine(ask, host):
    response = await ask(REQUIRED, url=f"https://{host}/")
    assert response.status_code == 200
    assert "strict-transport-security" not in response.headers


async def test_edge_s87_hsts_may_be_shorter_and_is_not_sent_where_https_is_not_required(ask):
    url = "https://api.example.com/"
    short = SecurityOptions(https="require", hsts_seconds=60, hsts_subdomains=False)
    assert (await ask(short, url=url)).headers["strict-transport-security"] == "max-age=60"
    response = await ask(SecurityOptions(), url=url)
    assert "strict-transport-security" not in response.headers


async def test_probes_are_answered_over_http(ask):
    response = await ask(REQUIRED, url="http://10.0.0.3/health")
    assert response.status_code == 200
