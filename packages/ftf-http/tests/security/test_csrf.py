from itertools import product

import pytest

from ftf.http import FastTrackFramework
from ftf.http.security import InvalidSecurityError, SecurityOptions

OPTIONS = SecurityOptions(origins=["https://app.example.com"])
STRICT = SecurityOptions(origins=["https://app.example.com"], csrf="strict")
SITES = ["same-origin", "none", "same-site", "cross-site", None]
ORIGINS = {
    "equal": "http://api.example.com",
    "listed": "https://app.example.com",
    "other": "https://evil.example",
    "null": "null",
    None: None,
}
CREDENTIALS = {
    "cookie": ("cookie", "session=1"),
    "bearer": ("authorization", "Bearer x"),
    "dpop": ("authorization", "DPoP x"),
    "basic": ("authorization", "Basic eDp5"),
    None: None,
}


def passes(site: str | None, origin: str | None, credential: str | None, *, strict: bool) -> bool:
    if credential in {"bearer", "dpop"} or site in {"same-origin", "none"}:
        return True
    if origin == "listed":
        return True
    if site is not None:
        return False
    return origin == "equal" or (origin is None and not strict)


@pytest.mark.parametrize("options", [OPTIONS, STRICT])
async def test_edge_s52_the_whole_table_of_unsafe_requests(bare, options):
    app = FastTrackFramework(security=options)
    app.post("/")(lambda: 1)
    async with bare(app) as client:
        for site, origin, credential in product(SITES, ORIGINS, CREDENTIALS):
            headers = {"host": "api.example.com"}
            headers |= {"sec-fetch-site": site} if site else {}
            headers |= {"origin": ORIGINS[origin]} if origin else {}
            headers |= dict([CREDENTIALS[credential]]) if credential else {}
            status = (await client.post("/", headers=headers)).status_code
            allowed = passes(site, origin, credential, strict=options is STRICT)
            assert (site, origin, credential, status) == (
                site,
                origin,
                credential,
                200 if allowed else 403,
            )


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_edge_s52_safe_requests_of_other_sites_pass(ask, method):
    headers = ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")
    assert (await ask(OPTIONS, *headers, method=method)).status_code in {200, 405}


async def test_edge_s52_a_refusal_is_a_problem_and_can_be_switched_off(ask):
    header = ("sec-fetch-site", "cross-site")
    response = await ask(OPTIONS, header, method="POST")
    assert response.json() == {
        "title": "Forbidden",
        "status": 403,
        "detail": "The request was made by another site.",
    }
    off = SecurityOptions(csrf="off")
    assert (await ask(off, header, method="POST")).status_code == 200


@pytest.mark.parametrize(
    ("origin", "url", "status"),
    [
        ("http://api.example.com", "http://api.example.com/", 200),
        ("http://api.example.com:80", "http://api.example.com/", 200),
        ("HTTP://API.EXAMPLE.COM", "http://api.example.com/", 200),
        ("https://api.example.com", "https://api.example.com:443/", 200),
        ("http://[::1]:8000", "http://[::1]:8000/", 200),
        ("https://api.example.com", "http://api.example.com/", 403),
        ("http://api.example.com:81", "http://api.example.com/", 403),
        ("http://api.example.com.evil.example", "http://api.example.com/", 403),
        ("http://api.example.com@evil.example", "http://api.example.com/", 403),
        ("http://api.example.com/", "http://api.example.com/", 403),
        ("api.example.com", "http://api.example.com/", 403),
        ("http://", "http://api.example.com/", 403),
        ("file://api.example.com", "http://api.example.com/", 403),
        ("https://app.example.com:443", "http://api.example.com/", 200),
        ("https://app.example.com:8443", "http://api.example.com/", 403),
        ("https://b.app.example.com", "http://api.example.com/", 403),
        ("https://xn--mnchen-3ya.example", "http://api.example.com/", 200),
    ],
)
async def test_edge_s53_origins_are_compared_as_scheme_host_and_port(ask, origin, url, status):
    options = SecurityOptions(origins=["https://app.example.com", "https://xn--mnchen-3ya.example"])
    response = await ask(options, ("origin", origin), method="POST", url=url)
    assert response.status_code == status


async def test_edge_s53_a_host_that_cannot_be_read_is_no_origin(ask):
    headers = ("origin", "http://api.example.com"), ("host", "api example")
    assert (await ask(SecurityOptions(), *headers, method="POST")).status_code == 403


@pytest.mark.parametrize(
    "origin", ["app.example.com", "https://münchen.example", "*", "https://app.example.com/x"]
)
def test_edge_s53_an_option_that_is_no_origin_is_refused(origin):
    with pytest.raises(InvalidSecurityError, match=r"origins=.*other scripts in punycode"):
        SecurityOptions(origins=[origin])


async def test_a_websocket_with_credentials_is_opened_by_own_pages_only(talk):
    app = FastTrackFramework(security=OPTIONS)
    host, cookie = (b"host", b"api.example.com"), (b"cookie", b"session=1")
    reasons = []
    for headers in (
        [host, cookie, (b"origin", b"https://evil.example")],
        [host, cookie, (b"origin", b"https://api.example.com")],
        [host, cookie, (b"origin", b"https://app.example.com")],
        [host, (b"origin", b"https://evil.example")],
        [host, (b"authorization", b"Basic eA=="), (b"origin", b"https://evil.example")],
        [host, (b"authorization", b"Bearer x"), (b"origin", b"https://evil.example")],
    ):
        (close,) = await talk(app, "/", headers=headers, scheme="wss")
        reasons.append(close.get("reason") == "The request was made by another site.")
    assert reasons == [True, False, False, False, True, False]
