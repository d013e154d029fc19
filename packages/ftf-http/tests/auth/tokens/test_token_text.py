"""What text is an access token: its header, its one spelling, its length."""

import hmac
import json
import random
import tracemalloc

import jwt
import pytest
from auth_tokens import (
    SECRET,
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
    InvalidAuthError,
    Secret,
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
