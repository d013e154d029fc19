"""What each part of reading an access token costs alone, without the request around it."""

import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from itertools import cycle

from starlette.requests import HTTPConnection

from ftf.http.auth import AccessTokens, KeyRing, SigningKey
from ftf.http.auth.guards._bearer_token import bearer_token  # noqa: PLC2701  # a part
from ftf.http.auth.tokens._claims import read_claims  # noqa: PLC2701  # a part

_ROUNDS, _NUMBER = 200, 100
_NEW = 5_000  # more than are remembered


def parts(tokens: AccessTokens, keys: KeyRing[SigningKey]) -> Mapping[str, float]:
    """Return the microseconds of CPU of each part: the least of many rounds.

    Args:
        tokens: Reads the tokens.
        keys: The keys that sign them.
    """
    text = tokens.issue("7", version=0).text
    new = cycle([tokens.issue(str(each % 100), version=0).text for each in range(_NEW)])
    message, _, signature = text.rpartition(".")
    payload, mac = urlsafe_b64decode(f"{message.partition('.')[2]}=="), f"{signature}="
    signed, key, secret = message.encode(), keys.active, secrets.token_bytes(32)
    raw = urlsafe_b64decode(mac)
    headers = [(b"host", b"test"), (b"authorization", b"Bearer " + text.encode())]
    connection = HTTPConnection({"type": "http", "headers": headers})
    calls: Mapping[str, Callable[[], object]] = {
        "find the header, check its form": lambda: bearer_token(connection),
        "a token seen before: look-up, times, audience": lambda: tokens.read(text),
        "a new token: all of it": lambda: tokens.read(next(new)),
        "  HMAC-SHA256 by OpenSSL, alone": lambda: hmac.digest(secret, signed, "sha256"),
        "  HMAC by joserfc": lambda: key.verify(signed, raw),
        "  base64 of both segments": lambda: (urlsafe_b64decode(mac), urlsafe_b64decode(mac)),
        "  claims: JSON, their types, the identity": lambda: read_claims(payload, ""),
        "    JSON by the standard library, alone": lambda: json.loads(payload),
    }
    return {name: _least(call) for name, call in calls.items()}


def _least(call: Callable[[], object]) -> float:
    found = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        for _ in range(_NUMBER):
            call()
        found.append((time.process_time() - began) / _NUMBER * 1e6)
    return min(found)
