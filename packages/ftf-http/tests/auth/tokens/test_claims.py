"""The claims of an access token: their types, times, and for whom they are."""

import hmac
import json

import jwt
import pytest
from auth_tokens import (
    NOW,
    SECRET,
    Stopped,
    claims,
    encoded,
    key_of,
    signed,
    tokens_of,
)

from ftf.http.auth import (
    Secret,
    Unauthenticated,
)


def accepts(text: str, algorithm: str = "HS256") -> bool:
    try:
        tokens_of(algorithm).read(text)
    except Unauthenticated:
        return False
    return True


HUGE = 10**40
PAYLOADS = {
    "list": b"[]",
    "text": b'"text"',
    "null": b"null",
    "number": b"7",
    "nothing": b"",
    "half": b'{"iss"',
    "deep": b'{"a":' * 500 + b"1" + b"}" * 500,
    "deeper": b"[" * 2_900 + b"]" * 2_900,
    "not UTF-8": b'{"iss": "\xff"}',
    "UTF-16": json.dumps(claims()).encode("utf-16"),
    "NaN": json.dumps(claims(exp=float("nan"))).encode(),
    "Infinity": json.dumps(claims(exp=float("inf"))).encode(),
    "-Infinity": json.dumps(claims(iat=float("-inf"))).encode(),
    "long number": b'{"exp":' + b"9" * 3_000 + b"}",
}
WRONG = {
    "exp": [..., "1900000600", 1_900_000_600.0, True, None, -1, HUGE, [], {}],
    "iat": [..., "1", 1.0, True, None, -1, HUGE],
    "nbf": ["1", 1.0, True, None, -1, HUGE],
    "sub": [..., "", None, 7, True, ["7"], {}],
    "jti": [..., "", None, 7],
    "iss": [..., "", None, 7, ["https://api.example"]],
    "aud": [..., "", None, 7, True, {}, [], [7], [["shop"]], ["shop", 7], {"shop": 1}],
    "scope": [None, 7, ["read"], True],
    "amr": ["pwd", 7, [7], None, {}],
    "auth_time": ["1", 1.5, True, None, -1],
    "ver": ["1", 1.0, True, [1]],
    "sid": [None, 7, []],
    "client_id": [None, 7, []],
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_edge_s7_a_genuine_payload_that_is_not_one_is_refused(payload):
    assert not accepts(signed(payload))


@pytest.mark.parametrize("name", WRONG)
def test_edge_s7_claims_have_exact_types(name):
    assert accepts(signed(claims()))
    for value in WRONG[name]:
        assert not accepts(signed(claims(**{name: value}))), value


@pytest.mark.parametrize(
    ("claim", "last", "step"), [("exp", NOW - 4, -1), ("nbf", NOW + 5, 1), ("iat", NOW + 5, 1)]
)
def test_edge_s8_times_hold_to_the_second_of_the_leeway(claim, last, step):
    assert accepts(signed(claims(**{claim: last})))
    assert not accepts(signed(claims(**{claim: last + step})))


def test_edge_s8_a_clock_that_is_moved_moves_the_end():
    clock = Stopped()
    tokens = tokens_of(clock=clock)
    text = tokens.issue("7").text
    tokens.read(text)
    for hours, valid in ((1, False), (0, True), (-1, False), (0, True)):
        clock.now_is = NOW + hours * 3_600
        if valid:
            assert tokens.read(text).subject == "7"
        else:
            with pytest.raises(Unauthenticated, match="The token is not valid"):
                tokens.read(text)


@pytest.mark.parametrize("name", ["iss", "aud"])
def test_edge_s9_issuer_and_audience_are_compared_whole(name):
    ours = str(claims()[name])
    for wrong in (ours[:-1], ours + "/", ours.upper(), f" {ours}", f"{ours}\0", f"{ours} x", "x"):
        assert not accepts(signed(claims(**{name: wrong})))
    assert accepts(signed(claims(aud=["other", "shop"])))
    assert not accepts(signed(claims(aud=["other"])))


def test_edge_s10_a_token_of_another_kind_or_service_is_refused():
    tokens = tokens_of()
    text = tokens.issue("7", audience="partners").text
    with pytest.raises(Unauthenticated):
        tokens.read(text)
    assert tokens.read(text, audience="partners").subject == "7"
    with pytest.raises(Unauthenticated):
        tokens.read(tokens.issue("7").text, audience="partners")
    secret = Secret(SECRET)
    for purpose in ("refresh", "cookie", "link"):
        header, payload = key_of("HS256").header, encoded(claims())
        message = f"{header}.{payload}"
        mac = encoded(hmac.digest(secret.key(purpose), message.encode(), "sha256"))
        assert not accepts(f"{message}.{mac}")
    id_token = jwt.encode(claims(), secret.key("access"), headers={"kid": secret.kid})
    assert not accepts(id_token)
