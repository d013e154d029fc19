"""What every store of accounts does."""

import asyncio

import pytest


async def test_an_account_is_found_by_any_spelling_of_its_name(stores):
    user = await stores.accounts.add("  Ada@Example.COM", "hash")
    accounts = stores.accounts
    assert accounts.name_of(user) == "ada@example.com"
    for name in ("ada@example.com", "ADA@example.com ", "ａda@example.com"):  # noqa: RUF001  # wide
        found = await accounts.find_by_name(name)
        assert accounts.subject_of(found) == accounts.subject_of(user)
        assert accounts.password_of(found) == "hash"
    assert await accounts.find_by_name("bob@example.com") is None


@pytest.mark.parametrize("name", ["", "with \0", "x" * 10_000])
async def test_a_name_that_no_account_can_have_finds_none(stores, name):
    assert await stores.accounts.find_by_name(name) is None


async def test_edge_s46_of_two_who_register_one_name_at_once_one_gets_it(stores):
    made = await asyncio.gather(
        *(stores.accounts.add(name, "!") for name in ("ada@example.com", "ADA@example.com"))
    )
    assert sum(each is not None for each in made) == 1


@pytest.mark.parametrize(
    "subject", ["007", " 7", "\uff17", "7.0", "+7", "1_0", "client:1", "", "x" * 50, "9" * 30]
)
async def test_edge_s11_no_other_spelling_of_a_key_finds_a_user(stores, subject):
    for number in range(12):
        await stores.accounts.add(f"{number}@example.com", "!")
    assert await stores.accounts.find(subject) is None
    assert await stores.accounts.find_apart(subject) is None


async def test_edge_s42_of_two_who_replace_a_hash_one_wins(stores):
    subject = stores.accounts.subject_of(await stores.accounts.add("ada", "old"))
    done = await asyncio.gather(
        *(stores.accounts.replace_hash(subject, "old", new) for new in ("one", "two"))
    )
    assert sorted(done) == [False, True]
    user = await stores.accounts.find(subject)
    assert stores.accounts.password_of(user) == ["one", "two"][done.index(True)]
    assert stores.accounts.version_of(user) == 1


async def test_edge_s42_a_replaced_hash_does_not_restore_an_old_password(stores):
    accounts = stores.accounts
    subject = accounts.subject_of(await accounts.add("ada", "old"))
    assert await accounts.set_password(subject, "changed") == 2
    assert not await accounts.replace_hash(subject, "old", "old, hashed anew")
    user = await accounts.find_apart(subject)
    assert (accounts.password_of(user), accounts.version_of(user)) == ("changed", 2)


async def test_a_version_is_raised_from_the_one_that_is_expected(stores):
    accounts = stores.accounts
    subject = accounts.subject_of(await accounts.add("ada", "old"))
    assert await accounts.raise_version(subject) == 2
    assert await accounts.raise_version(subject, 1) is None
    assert await accounts.raise_version("999") is None
    assert await accounts.raise_version(subject, 2) == 3
    assert await accounts.set_password(subject, "new", 2) is None
    assert await accounts.set_password(subject, "new", 3) == 4
    assert accounts.password_of(await accounts.find(subject)) == "new"


async def test_mail_verifies_the_name_that_it_was_sent_to(stores):
    accounts = stores.accounts
    subject = accounts.subject_of(await accounts.add("ada@example.com", "!"))
    assert not await accounts.mark_verified(subject, "other@example.com")
    assert await accounts.mark_verified(subject, "ada@example.com")


async def test_a_user_is_active_until_that_is_changed(stores):
    accounts = stores.accounts
    user = await accounts.add("ada", "!")
    assert accounts.is_active(user)
    await stores.change(accounts.subject_of(user), is_active=False)
    assert not accounts.is_active(await accounts.find_by_name("ada"))


async def test_edge_s46_a_name_is_replaced_by_a_free_one_from_the_expected_version(stores):
    accounts = stores.accounts
    subject = accounts.subject_of(await accounts.add("ada@example.com", "!"))
    await accounts.add("bob@example.com", "!")
    assert await accounts.rename(subject, "new@example.com", 2) is None
    assert await accounts.rename(subject, "BOB@example.com", 1) is None
    assert not accounts.is_verified(await accounts.find_apart(subject))
    assert await accounts.rename(subject, "New@example.com", 1) == 2
    renamed = await accounts.find_by_name("new@example.com")
    assert accounts.subject_of(renamed) == subject
    assert accounts.is_verified(renamed)
    assert await accounts.find_by_name("ada@example.com") is None
