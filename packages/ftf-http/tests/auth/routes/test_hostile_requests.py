"""What strangers send to the ready routes."""

import itertools
import json

import pytest
from auth_mails import ADA, WORD

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"", FORM, "invalid_request"),
        (b"{}", "application/json", "invalid_request"),
        (b"grant_type=refresh_token", FORM, "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=", FORM, "invalid_request"),
        (b"grant_type=password&refresh_token=x", FORM, "unsupported_grant_type"),
        (b"grant_type=a&grant_type=b&refresh_token=x", FORM, "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=%ff", FORM, "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=\xff", FORM, "invalid_request"),
        (b"&".join(b"%d=x" % each for each in range(30)), FORM, "invalid_request"),
        (b"x=" + b"x" * 20_000, FORM, "invalid_request"),
        (b"grant_type=refresh_token&refresh_token=%00", FORM + "; charset=x", "invalid_grant"),
    ],
)
async def test_edge_s94_what_is_no_request_for_a_token_has_the_error_of_the_rfc(
    memory_app, serve, body, kind, error
):
    async with serve(memory_app) as client:
        response = await client.post("/auth/token", content=body, headers={"content-type": kind})
        assert (response.status_code, response.json()["error"]) == (400, error)
        assert response.headers["cache-control"] == "no-store"
        if error == "invalid_request" and b"grant_type" not in body:
            response = await client.post(
                "/auth/revoke", content=body, headers={"content-type": kind}
            )
            assert (response.status_code, response.json()["error"]) == (400, error)


HOSTILE = [
    {},
    {"email": None, "password": 1},
    {"email": ["x"], "password": {}},
    {"email": "a\0@example.com", "password": WORD},
    {"email": "\ud800@example.com", "password": "\udfff" * 20},
    {"email": "x" * 20_000, "password": "x" * 20_000},
    {"email": "a\n@example.com", "password": WORD, "scope": "a\nb"},
    {"email": ADA, "password": WORD, "scope": "é", "client_id": "\0"},
    {"token": "ftl_x", "password": WORD},
    {"token": "\0", "password": WORD, "email": ADA},
]
OPEN = ["login", "register", "forgot-password", "reset-password", "session", "verify-email"]
JSON = {"content-type": "application/json"}


async def test_edge_s5_nothing_that_a_stranger_sends_is_a_500(app, serve):
    async with serve(app) as client:
        for name, body in itertools.product(OPEN, HOSTILE):
            content = json.dumps(body)
            response = await client.post(f"/auth/{name}", content=content, headers=JSON)
            assert response.status_code < 500, (name, body)
        for name, content in itertools.product(OPEN, (b"", b"{", b"\xff", b"[1]", b"null")):
            response = await client.post(f"/auth/{name}", content=content, headers=JSON)
            assert response.status_code in {400, 422}, (name, content)
