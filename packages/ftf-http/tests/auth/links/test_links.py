"""Links in mails: used once, by their user, for their purpose, until they end."""

import asyncio
from random import Random

import pytest
from token_mutations import mutated

from ftf.http.auth import (
    Argon2,
    InvalidAuthError,
    InvalidLink,
    LinkOptions,
    Links,
    LinkTokens,
    Passwords,
    UnusablePassword,
)
from ftf.http.auth.logins._notices import Notices  # noqa: PLC2701  # no service of its own

ROUNDS = 5_000
WORD = "correct horse battery"
OPTIONS = LinkOptions(base_url="https://app.example.com/")


@pytest.fixture
def links(world) -> Links:
    stores, passwords = world.stores, Passwords(Argon2.minimum())
    tokens = LinkTokens(world.ring)
    stored = stores.accounts, stores.logins
    return Links(*stored, passwords, tokens, world.clock, OPTIONS, Notices(None))


@pytest.fixture
async def user(world):
    return await world.stores.accounts.find(world.user)


def token_of(url: str) -> str:
    return url.partition("?token=")[2]


async def refused(call, *arguments: str) -> None:
    with pytest.raises(InvalidLink, match="400"):
        await call(*arguments)


async def test_edge_s44_a_link_leads_to_the_configured_url(links, user):
    assert links.reset(user).startswith("https://app.example.com/reset-password?token=ftl_")
    assert links.verify_email(user).startswith("https://app.example.com/verify-email?token=ftl_")


async def test_edge_s43_a_new_password_ends_logins_and_links(links, user, world):
    row, others = await world.login(), [token_of(links.reset(user)) for _ in range(2)]
    verification = token_of(links.verify_email(user))
    done = await links.set_password(others[0], WORD)
    assert world.stores.accounts.subject_of(done) == world.user
    after = await world.stores.accounts.find_by_name("ada@example.com")
    assert await Passwords(Argon2.minimum()).verify(WORD, world.stores.accounts.password_of(after))
    assert (await world.rows.find(row.id)).revoked_for == "password"
    await refused(links.set_password, others[0], WORD)
    await refused(links.set_password, others[1], WORD)
    await refused(links.confirm_email, verification)


async def test_edge_s44_the_link_of_a_forgotten_password_shows_that_mail_arrives(
    links, user, world
):
    accounts = world.stores.accounts
    assert not accounts.is_verified(await accounts.find_by_name("ada@example.com"))
    await links.set_password(token_of(links.reset(user)), WORD)
    assert accounts.is_verified(await accounts.find_by_name("ada@example.com"))


async def test_edge_s44_of_two_uses_at_once_one_counts(links, user):
    token = token_of(links.reset(user))
    done = await asyncio.gather(
        *(links.set_password(token, WORD) for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(each, InvalidLink) for each in done) == 1


async def test_edge_s44_a_link_for_an_address_is_used_once(links, user):
    token = token_of(links.verify_email(user))
    await links.confirm_email(token)
    await refused(links.confirm_email, token)


async def test_edge_s44_a_link_is_for_one_purpose_and_one_address(links, user, world):
    reset, verify = token_of(links.reset(user)), token_of(links.verify_email(user))
    await refused(links.set_password, verify, WORD)
    await refused(links.confirm_email, reset)
    name = {"email": "other@example.com"} if world.stores.engine else {"name": "other@example.com"}
    await world.stores.change(world.user, **name)
    await refused(links.confirm_email, verify)
    await refused(links.set_password, reset, WORD)


async def test_edge_s44_a_link_ends(links, user, world):
    token = token_of(links.reset(user))
    world.clock.advance(minutes=30, seconds=-1)
    with pytest.raises(UnusablePassword, match="422"):
        await links.set_password(token, "short")
    world.clock.advance(seconds=1)
    await refused(links.set_password, token, WORD)


async def test_edge_s44_a_link_is_for_one_user(links, user, world):
    other = await world.stores.accounts.add("bob@example.com", "!")
    mine, theirs = token_of(links.reset(user)), token_of(links.reset(other))
    head, ends, _, mac = mine.split(".")
    await refused(links.set_password, f"{head}.{ends}.{theirs.split('.')[2]}.{mac}", WORD)


async def test_a_user_who_is_not_active_has_no_links(links, user, world):
    token = token_of(links.reset(user))
    await world.stores.change(world.user, is_active=False)
    await refused(links.set_password, token, WORD)


async def test_a_user_who_was_deleted_has_no_links(links, user, world):
    token = token_of(links.reset(user))
    await world.stores.delete(world.user)
    await refused(links.set_password, token, WORD)


def test_edge_s5_no_mutation_of_a_link_is_accepted(secret_ring, clock):
    tokens, random = LinkTokens(secret_ring), Random(44)  # noqa: S311  # repeatable
    end = clock.now() + OPTIONS.lifetime
    token = tokens.make("reset", "7", 1, "ada@example.com", end)
    assert tokens.read(token, clock.now()).is_genuine("reset", 1, "ada@example.com")
    for _ in range(ROUNDS):
        text = mutated(random, token)
        found = tokens.read(text, clock.now())
        genuine = found is not None and found.is_genuine("reset", 1, "ada@example.com")
        assert text == token or not genuine, repr(text)


@pytest.mark.parametrize("user", ["", "_w", "N-", "Nx", "N" * 341, "0000A"])
def test_edge_s11_another_spelling_of_the_user_is_no_link(secret_ring, clock, user):
    tokens = LinkTokens(secret_ring)
    head, ends, _, mac = tokens.make("reset", "7", 1, "", clock.now() + OPTIONS.lifetime).split(".")
    assert tokens.read(f"{head}.{ends}.{user}.{mac}", clock.now()) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.example.com",
        "http://app.example.com",
        "ftp://a",
        "https://",
        "https://a?b",
        "https://a#b",
    ],
)
def test_a_base_that_is_not_https_is_refused(url):
    with pytest.raises(InvalidAuthError, match=r"LinkOptions\(base_url=...\) is not an https URL"):
        LinkOptions(base_url=url)


def test_a_page_on_this_machine_may_do_without_https():
    LinkOptions(base_url="http://localhost:3000")


def test_other_options_are_checked():
    with pytest.raises(InvalidAuthError, match=r"LinkOptions\(verify=...\) has no leading slash"):
        LinkOptions(base_url="https://a.example", verify="x")
    with pytest.raises(InvalidAuthError, match=r"LinkOptions\(lifetime=...\) is not above 0"):
        LinkOptions(base_url="https://a.example", lifetime=OPTIONS.lifetime * 0)
