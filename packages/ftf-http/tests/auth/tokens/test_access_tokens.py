"""Access tokens: what is accepted, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest
from auth_tokens import (
    NOW,
    OPTIONS,
    OTHER,
    SECRET,
    Stopped,
    claims,
    key_of,
    pem,
    signed,
    tokens_of,
)

from ftf.http.auth import (
    AccessTokenOptions,
    AccessTokens,
    InvalidAuthError,
    KeyRing,
    Secret,
    SigningKey,
    Unauthenticated,
)

ALGORITHMS = ["HS256", "EdDSA", "ES256"]


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
