"""Refresh tokens and cookies: each has one spelling, and no other text is one."""

from dataclasses import replace
from random import Random

import pytest
from token_mutations import mutated

from ftf.http.auth import KeyRing, LoginSession, SessionTokens

ROUNDS = 10_000


@pytest.fixture
def tokens(secret) -> SessionTokens:
    return SessionTokens(KeyRing(secret))


@pytest.fixture
def row(clock) -> LoginSession:
    now = clock.now()
    return LoginSession(
        id="A" * 22,
        kind="token",
        user="7",
        salt=b"0123456789abcdef",
        auth_version=1,
        rotated_at=now,
        authenticated_at=now,
        created_at=now,
        last_seen_at=now,
        idle_expires_at=now,
        expires_at=now,
    )


def test_a_cookie_is_that_of_its_login(tokens, row, clock):
    read = tokens.read_cookie(tokens.cookie(row), clock.now())
    assert read.is_genuine(row)
    assert not read.is_genuine(replace(row, salt=bytes(16)))
    assert not read.is_genuine(None)


def test_edge_s10_a_cookie_is_no_refresh_token_and_the_other_way_round(tokens, row, clock):
    cookie, refresh = tokens.cookie(row), tokens.refresh_token(row)
    assert tokens.read_refresh(cookie, clock.now()) is None
    assert tokens.read_cookie(refresh, clock.now()) is None
    head, key, mac = cookie.removeprefix("ftc_").split(".")
    as_refresh = tokens.read_refresh(f"ftr_{head}.{key}.0.{mac}", clock.now())
    assert not as_refresh.is_genuine(row)


@pytest.mark.parametrize("text", ["", "ftc_", "ftc_a.b.c", "x" * 5_000, "\0", "\ud800", "ftc_é"])
def test_edge_s51_what_is_no_cookie_is_not_read(tokens, clock, text):
    assert tokens.read_cookie(text, clock.now()) is None


@pytest.mark.parametrize("kind", ["refresh", "cookie"])
def test_edge_s5_no_mutation_of_a_token_is_accepted(tokens, row, clock, kind):
    token = tokens.cookie(row) if kind == "cookie" else tokens.refresh_token(row)
    read = tokens.read_cookie if kind == "cookie" else tokens.read_refresh
    random = Random(20_261_130)  # noqa: S311  # repeatable
    for _ in range(ROUNDS):
        text = mutated(random, token)
        found = read(text, clock.now())
        assert text == token or found is None or not found.is_genuine(row), repr(text)
