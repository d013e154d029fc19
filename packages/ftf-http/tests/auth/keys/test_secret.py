import hmac
import secrets
from datetime import UTC, datetime

import pytest

from ftf.http.auth import InvalidAuthError, KeyRing, Secret

RANDOM = "3u8mCqfD0ZQ7xUO2rCk1b1nS0wqWmYxk5gq9Tt2b"
SAMPLE = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"
MAKE = 'Make one: `python -c "import secrets; print(secrets.token_urlsafe(48))"`.'
EARLIER, NOW = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is empty"),
        (b"", "is empty"),
        ("secret", "has 6 bytes and needs at least 32"),
        (bytes(range(100, 131)), "has 31 bytes and needs at least 32"),
        ("x" * 32, "is not from a random source"),
        ("abcdefghijklmnopqrstuvwxyz0123456789"[:32], "is not from a random source"),
        ("abcdefgh" * 8, "is not from a random source"),
        (bytes(range(64)), "is not from a random source"),
        (SAMPLE, "is a sample that everyone knows"),
        ("a-string-secret-at-least-256-bits-long", "is a sample that everyone knows"),
        ("django-insecure-your-256-bit-secret-changeme", "is a sample that everyone knows"),
    ],
)
def test_edge_s13_a_secret_that_is_not_one_is_refused_by_its_setting_and_never_by_its_value(
    value, reason
):
    with pytest.raises(InvalidAuthError, match=reason) as refused:
        Secret(value, setting="secrets[0]")

    error = refused.value
    assert (error.setting, error.reason) == ("secrets[0]", reason)
    assert str(error) == f"secrets[0] {reason}.\n{MAKE}"


@pytest.mark.parametrize("length", [16, 24, 32, 48])
def test_random_secrets_are_accepted_in_each_spelling(length):
    assert Secret(secrets.token_hex(length)).kid
    assert Secret(secrets.token_bytes(length + 16)).kid
    assert Secret(secrets.token_urlsafe(length + 8)).kid


def test_a_prefix_with_a_common_word_does_not_make_a_random_value_a_sample():
    assert Secret("shop-secret-" + RANDOM)


def test_edge_s14_one_secret_has_another_key_for_each_purpose():
    secret = Secret(RANDOM)
    root = hmac.digest(b"ftf.http.auth", RANDOM.encode(), "sha256")

    assert secret.key("access") == hmac.digest(root, b"access\x01", "sha256")
    # As HKDF of the package cryptography.
    assert secret.key("access").hex() == (
        "2b8da5c9f39d1f98c67a279d5aacb840d29a002da4656c0989064dc057544b32"
    )
    assert len({secret.key(purpose) for purpose in ("access", "refresh", "cookie", "kid")}) == 4
    assert secret.key("access") is secret.key("access")


def test_no_text_of_a_secret_has_its_value_or_a_key():
    secret = Secret(RANDOM)

    assert repr(secret) == str(secret) == f"Secret(kid={secret.kid!r})"
    assert len(secret.kid) == 8
    assert Secret(RANDOM.encode()).kid == secret.kid != Secret(RANDOM + "0").kid


def test_a_ring_finds_its_keys_and_none_that_has_ended():
    old, ended = Secret(RANDOM + "old"), Secret(RANDOM + "ended", until=EARLIER)
    active, following = Secret(RANDOM), Secret(RANDOM + "next")
    ring = KeyRing(active, following=[following], retired=[old, ended])

    assert ring.active is active
    assert [ring.find(key.kid, NOW) for key in (active, following, old)] == [active, following, old]
    assert ring.find(ended.kid, NOW) is None is ring.find("unknown", NOW)
    assert ring.find(ended.kid, datetime(2029, 12, 31, tzinfo=UTC)) is ended
    assert ring.find(ended.kid, EARLIER) is None


def test_replacing_the_keys_of_a_ring_makes_another_object_of_them():
    first, second = Secret(RANDOM), Secret(RANDOM + "next")
    ring = KeyRing(first, following=[second])
    before = ring.keys

    ring.replace(second, retired=[first])

    assert ring.active is second
    assert ring.find(first.kid, NOW) is first
    assert ring.keys is not before
    assert before.active is first


def test_one_key_twice_is_refused_and_leaves_the_ring_as_it_is():
    ring = KeyRing(first := Secret(RANDOM))

    with pytest.raises(InvalidAuthError, match="The key ring has one key twice"):
        ring.replace(Secret(RANDOM + "2"), retired=[first, Secret(RANDOM)])

    assert ring.active is first
