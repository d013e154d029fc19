"""Access tokens: what is accepted, and what is not."""

import hmac
import json
import random
import tracemalloc
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from auth_tokens import (
    NOW,
    OPTIONS,
    OTHER,
    SECRET,
    Stopped,
    claims,
    decoded,
    encoded,
    key_of,
    pem,
    signed,
    tokens_of,
)
from joserfc import jwt as jose
from joserfc.jwk import ECKey, OctKey, OKPKey

from ftf.http.auth import (
    AccessTokenOptions,
    AccessTokens,
    InvalidAuthError,
    KeyRing,
    Secret,
    SigningKey,
    Unauthenticated,
)
from ftf.http.auth.tokens import _access_tokens  # noqa: PLC2701  # what it must not call

ALGORITHMS = ["HS256", "EdDSA", "ES256"]
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def accepts(text: str, algorithm: str = "HS256") -> bool:
    try:
        tokens_of(algorithm).read(text)
    except Unauthenticated:
        return False
    return True


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_says_what_it_was_issued_with(algorithm):
    tokens = tokens_of(algorithm)
    ago = datetime.fromtimestamp(NOW - 60, UTC)
    issued = tokens.issue(
        "7",
        scopes=["posts:read", "posts:write"],
        session_id="s1",
        authenticated_at=ago,
        methods=["pwd", "otp"],
        version=3,
        client="app",
    )

    identity = tokens.read(issued.text, guard="api")

    assert issued.expires_at == datetime.fromtimestamp(NOW + 600, UTC) == identity.expires_at
    assert (identity.subject, identity.guard, identity.version) == ("7", "api", 3)
    assert identity.scopes == {"posts:read", "posts:write"}
    assert (identity.session_id, identity.client) == ("s1", "app")
    assert (identity.authenticated_at, identity.methods) == (ago, ("pwd", "otp"))
    assert len(identity.token_id) == 22
    assert tokens.read(issued.text, guard="api") is identity
    assert tokens.read(issued.text, guard="web").guard == "web"
    assert issued.text not in repr(issued)


def test_a_token_without_further_claims_says_nothing_further():
    tokens = tokens_of()
    identity = tokens.read(tokens.issue("client:robot", scopes=[]).text)

    assert identity.scopes == frozenset()
    assert (identity.user_key, identity.subject) == (None, "client:robot")
    assert identity.version is identity.session_id is identity.authenticated_at is None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_edge_s1_only_the_header_that_the_ring_writes_is_accepted(algorithm, monkeypatch):
    header, payload, signature = signed(claims(), algorithm).split(".")
    key = json.loads(decoded(header))
    hmac_key = OctKey.import_key(Secret(SECRET).key("access")).as_dict()
    changes: list[dict[str, object]] = [
        {"alg": alg}
        for alg in ("none", "None", "NONE", "HS256", "HS512", "EdDSA", "ES256", "RS256")
    ]
    changes += [
        {"jwk": hmac_key},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["b64"], "b64": False},
        {"crit": ["exp"]},
        {"kid": "other"},
        {"typ": "JWT"},
        {"typ": "at+JWT"},
        {"extra": 1},
    ]
    forged = [encoded({**key, **change}) for change in changes if {**key, **change} != key]
    forged.append(encoded(dict(reversed([*key.items()]))))
    forged.append(encoded(json.dumps(key).encode()))
    forged += [encoded(decoded(header) + b" "), header + "=", header.lower(), "", "e30"]
    tokens = tokens_of(algorithm)
    parsed: list[bytes] = []
    monkeypatch.setattr(_access_tokens, "read_claims", parsed.append)

    for each in forged:
        message = f"{each}.{payload}".encode()
        genuine = encoded(key_of(algorithm).sign(message))
        for end in (signature, genuine, "", encoded(hmac.digest(b"", message, "sha256"))):
            with pytest.raises(Unauthenticated):
                tokens.read(f"{each}.{payload}.{end}")
    assert not parsed


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_edge_s2_a_public_key_is_no_secret(algorithm):
    kind = OKPKey if algorithm == "EdDSA" else ECKey
    pair = kind.import_key(pem(algorithm))
    texts = [
        pair.as_pem(private=False),
        pair.as_der(private=False),
        json.dumps(pair.as_dict(private=False)).encode(),
        pair.get("x").encode(),
        decoded(pair.get("x")),
    ]
    payload = encoded(claims())
    for text in texts:
        for header in (
            key_of(algorithm).header,
            encoded({"alg": "HS256", "kid": key_of(algorithm).kid, "typ": "at+jwt"}),
        ):
            message = f"{header}.{payload}"
            mac = encoded(hmac.digest(text, message.encode(), "sha256"))
            assert not accepts(f"{message}.{mac}", algorithm)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_edge_s3_a_token_has_one_spelling(algorithm):
    token = signed(claims(), algorithm)
    header, payload, signature = token.split(".")
    raw = decoded(signature)
    other = [
        b"",
        raw[:-1],
        raw + b"\0",
        bytes(len(raw)),
        raw[::-1],
        raw + raw,
        b"\0" + raw,
        bytes(32) + raw[32:],
        raw[:32] + bytes(32),
        raw[:32] + b"\xff" * 32,
        raw[:32] + (5).to_bytes(32),
    ]
    if algorithm == "ES256":
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        high = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)
        pair = ECKey.import_key(pem(algorithm))
        jose.decode(f"{header}.{payload}.{encoded(high)}", pair, algorithms=["ES256"])
        other.append(high)
    last = BASE64.index(signature[-1].encode())
    texts = [encoded(each) for each in other]
    texts += [signature[:-1] + chr(BASE64[(last & ~3) | low]) for low in range(4)]
    texts += [signature + end for end in ("=", "==", "A", " ", "\n", "\t", ".", "%3D", "\0")]
    texts += [f" {signature}", signature[:5] + "\n" + signature[5:], signature.replace("A", "+", 1)]
    texts += [signature.replace("_", "/"), signature.replace("-", "+"), signature.swapcase()]

    for text in texts:
        if text != signature:
            assert not accepts(f"{header}.{payload}.{text}", algorithm), text
    for text in (f" {token}", f"{token}\n", f"{header}.{payload}=.{signature}", f"{token}."):
        assert not accepts(text, algorithm)
    assert accepts(token, algorithm)


def test_edge_s4_what_is_no_token_is_refused_before_anything_is_decoded(monkeypatch):
    tokens = tokens_of()
    decodings: list[str] = []
    monkeypatch.setattr(_access_tokens, "_decoded", decodings.append)
    header, payload, signature = signed(claims()).split(".")

    for text in (
        "",
        *(dots * "." for dots in (1, 2, 3, 4, 10_000)),
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        f"{header}.{'A' * 4_096}.{signature}",
        f"{header}.é.{signature}",
    ):
        with pytest.raises(Unauthenticated):
            tokens.read(text)
    assert not decodings


def test_edge_s4_a_huge_value_costs_no_memory():
    tokens, text = tokens_of(), "x" * 10_000_000
    tracemalloc.start()
    try:
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                tokens.read(text)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_edge_s4_the_longest_token_has_4096_characters():
    fixed = len(signed(claims(x="")))
    sizes = {}
    for extra in range((4_096 - fixed) * 3 // 4 - 8, (4_096 - fixed) * 3 // 4 + 8):
        token = signed(claims(x="x" * extra))
        sizes[len(token)] = accepts(token)
    assert sizes[4_096]
    assert not any(accepted for size, accepted in sizes.items() if size > 4_096)
    assert any(size > 4_096 for size in sizes)
    with pytest.raises(InvalidAuthError, match="make the token too long"):
        tokens_of().issue("7", scopes=[f"scope-{number}" for number in range(1_000)])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_edge_s5_no_mutation_of_a_token_is_accepted(algorithm):
    chosen = random.Random(7)  # noqa: S311  # the same at each run
    tokens = tokens_of(algorithm)
    token = signed(claims(), algorithm)
    number = 18_000 if algorithm == "HS256" else 1_000
    accepted = []
    for _ in range(number):
        mutated = _mutated(token, chosen)
        try:
            tokens.read(mutated)
        except Unauthenticated:
            continue
        if mutated != token:
            accepted.append(mutated)
    assert not accepted


def _mutated(token: str, chosen: random.Random) -> str:
    """A token with some of its characters changed, as the header of a request may have them."""
    raw = bytearray(token.encode())
    for _ in range(chosen.choice([1, 1, 1, 2, 5])):
        at = chosen.randrange(len(raw))
        kind = chosen.randrange(6)
        if kind == 0:
            raw[at] = chosen.randrange(256)
        elif kind == 1:
            raw[at] = chosen.choice(BASE64)
        elif kind == 2:
            raw.insert(at, chosen.choice(b".\0=A \xc3\xff-_"))
        elif kind == 3 and len(raw) > 1:
            del raw[at]
        elif kind == 4:
            raw[at] ^= 1 << chosen.randrange(8)
        else:
            end = chosen.randrange(at, len(raw) + 1)
            raw[at:end] = raw[at:end][::-1]
    return raw.decode("latin-1")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_edge_s6_pyjwt_and_joserfc_accept_what_is_accepted(algorithm):
    token = tokens_of(algorithm).issue("7", scopes=["a", "b"], version=2).text
    if algorithm == "HS256":
        key = Secret(SECRET).key("access")
        public = OctKey.import_key(key)
    else:
        public = (OKPKey if algorithm == "EdDSA" else ECKey).import_key(pem(algorithm))
        key = public.as_pem(private=False)
    names = {"EdDSA": ["Ed25519", "EdDSA"]}.get(algorithm, [algorithm])

    theirs = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience="shop",
        options={"verify_exp": False, "verify_iat": False},
    )
    with pytest.warns() if algorithm == "EdDSA" else _nothing():
        also = jose.decode(token, public, algorithms=names).claims

    assert theirs == also == json.loads(decoded(token.split(".")[1]))
    assert jwt.get_unverified_header(token) == {
        "alg": algorithm,
        "kid": key_of(algorithm).kid,
        "typ": "at+jwt",
    }
    assert (theirs["sub"], theirs["scope"], theirs["ver"]) == ("7", "a b", 2)


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


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


def test_edge_s12_the_cache_has_a_bound_and_ends_with_its_entries():
    clock = Stopped()
    tokens = tokens_of(clock=clock)
    texts = [tokens.issue("7").text for _ in range(2_100)]
    for text in texts:
        tokens.read(text)
    assert len(tokens) == 2_048
    assert tokens.read(texts[0]).subject == "7"  # not remembered any more
    clock.now_is += 605
    for text in (texts[0], texts[-1]):
        with pytest.raises(Unauthenticated):
            tokens.read(text)


def test_edge_s12_what_is_refused_is_not_remembered():
    tokens = tokens_of()
    for number in range(10):
        with pytest.raises(Unauthenticated):
            tokens.read(f"{key_of('HS256').header}.e30.{number}")
    assert len(tokens) == 0


def test_edge_s12_another_ring_is_asked_at_once():
    old, new = SigningKey.from_secret(Secret(SECRET)), SigningKey.from_secret(Secret(OTHER))
    ring = KeyRing(old)
    tokens = AccessTokens(ring, OPTIONS, Stopped())
    text = tokens.issue("7").text
    tokens.read(text)

    ring.replace(new)

    with pytest.raises(Unauthenticated):
        tokens.read(text)
    assert len(tokens) == 0


def test_edge_s15_keys_are_replaced_without_a_refused_request():
    first, second = SigningKey.from_secret(Secret(SECRET)), SigningKey.load(pem("ES256"))
    ends = datetime.fromtimestamp(NOW + 605, UTC)
    retired = SigningKey.from_secret(Secret(SECRET, until=ends))
    steps = [
        {"active": first},
        {"active": first, "following": [second]},
        {"active": second, "retired": [first]},
        {"active": second, "retired": [retired]},
        {"active": second},
    ]
    rings = [KeyRing(**steps[0]), KeyRing(**steps[0])]
    clock = Stopped()
    processes = [AccessTokens(ring, OPTIONS, clock) for ring in rings]
    first_token = processes[0].issue("7").text
    for step in steps[1:4]:
        for ring in rings:  # one deployment apart
            ring.replace(**step)
            for issuing in processes:
                text = issuing.issue("7").text
                assert [each.read(text).subject for each in processes] == ["7", "7"]
                assert [each.read(first_token).subject for each in processes] == ["7", "7"]
    clock.now_is = NOW + 604
    assert processes[0].read(first_token).subject == "7"
    clock.now_is = NOW + 605
    with pytest.raises(Unauthenticated):
        processes[0].read(first_token)


def test_a_retired_key_ends_although_its_token_does_not():
    ends = datetime.fromtimestamp(NOW + 60, UTC)
    retired = SigningKey.from_secret(Secret(SECRET, until=ends))
    clock = Stopped()
    ring = KeyRing(SigningKey.load(pem("EdDSA")), retired=[retired])
    tokens = AccessTokens(ring, OPTIONS, clock)
    text = signed(claims())
    assert tokens.read(text).subject == "7"
    clock.now_is = NOW + 60
    with pytest.raises(Unauthenticated):
        tokens.read(text)


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"issuer": ""}, "issuer"),
        ({"audience": ""}, "audience"),
        ({"lifetime": timedelta(0)}, "lifetime"),
        ({"lifetime": timedelta(days=2)}, "lifetime"),
        ({"leeway": timedelta(seconds=-1)}, "leeway"),
        ({"leeway": timedelta(hours=1)}, "leeway"),
    ],
)
def test_options_are_checked(wrong, setting):
    with pytest.raises(InvalidAuthError, match=setting):
        AccessTokenOptions(**{"issuer": "i", "audience": "a", **wrong})


@pytest.mark.parametrize(
    ("subject", "scopes", "reason"),
    [
        ("", ["a"], "subject is empty"),
        ("client:", ["a"], "subject is empty"),
        ("7", ["a b"], "scopes has an empty scope or one with a space"),
        ("7", [""], "scopes has an empty scope or one with a space"),
    ],
)
def test_what_cannot_be_read_again_is_not_issued(subject, scopes, reason):
    with pytest.raises(InvalidAuthError, match=reason):
        tokens_of().issue(subject, scopes=scopes)


def test_edge_s32_no_text_of_a_key_shows_it():
    for algorithm in ALGORITHMS:
        key = key_of(algorithm)
        assert repr(key) == f"SigningKey(kid={key.kid!r}, algorithm={algorithm!r})"
