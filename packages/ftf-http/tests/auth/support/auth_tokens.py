"""Access tokens of tests, of each algorithm, and a clock that stands still."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache

from joserfc.jwk import ECKey, OKPKey

from ftf.http.auth import AccessTokenOptions, AccessTokens, Clock, KeyRing, Secret, SigningKey

SECRET = "3u8mCqfD0ZQ7xUO2rCk1b1nS0wqWmYxk5gq9Tt2b"  # noqa: S105  # of tests
OTHER = "kA4sYyWgqUuZ0o1HkE5mDJv8TtC7nRbXwPzL2fQe"
NOW = 1_900_000_000
OPTIONS = AccessTokenOptions(issuer="https://api.example", audience="shop")


class Stopped(Clock):
    def __init__(self, now: float = NOW) -> None:
        self.now_is = now

    def time(self) -> float:
        return self.now_is


@cache
def pem(algorithm: str) -> bytes:
    kind, curve = {"EdDSA": (OKPKey, "Ed25519"), "ES256": (ECKey, "P-256")}[algorithm]
    return kind.generate_key(curve).as_pem(private=True)


@cache
def key_of(algorithm: str) -> SigningKey:
    if algorithm == "HS256":
        return SigningKey.from_secret(Secret(SECRET))
    return SigningKey.load(pem(algorithm))


def tokens_of(algorithm: str = "HS256", clock: Clock | None = None) -> AccessTokens:
    return AccessTokens(KeyRing(key_of(algorithm)), OPTIONS, clock or Stopped())


def encoded(value: bytes | dict[str, object]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(**changed: object) -> dict[str, object]:
    """The claims of a token that is accepted, with some of them changed; `...` leaves one out."""
    valid = {
        "iss": OPTIONS.issuer,
        "aud": "shop",
        "sub": "7",
        "iat": NOW,
        "exp": NOW + 600,
        "jti": "j1",
        "scope": "read write",
    }
    return {name: value for name, value in {**valid, **changed}.items() if value is not ...}


def signed(payload: bytes | dict[str, object], algorithm: str = "HS256") -> str:
    """A token that is genuine, whatever it says."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return tokens_of(algorithm).sign(raw)
