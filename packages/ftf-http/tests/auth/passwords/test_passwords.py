"""Passwords: hashing, verifying, and what a stored hash may ask for."""

import asyncio
import logging
import threading
import unicodedata
from dataclasses import replace
from importlib.resources import files
from types import SimpleNamespace

import pytest

from ftf.http import FastTrackFramework
from ftf.http.auth import Argon2, CommonPasswords, Passwords, PasswordsBusy, UnusablePassword

CHEAP = Argon2.minimum()
WORD = "correct horse battery"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(CHEAP)


async def test_a_hash_verifies_its_password_and_no_other(passwords):
    stored = await passwords.hash(WORD)
    assert stored.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert await passwords.verify(WORD, stored)
    assert not await passwords.verify(WORD + " ", stored)
    assert stored != await passwords.hash(WORD)


class Watched(Argon2):
    """Parameters that note what is verified."""

    def verify(self, password, stored):
        seen.append(stored)
        return super().verify(password, stored)


seen: list[str] = []


@pytest.mark.parametrize("stored", [None, "", "!", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$"])
async def test_edge_s37_a_missing_or_unusable_hash_costs_one_verification_of_todays_parameters(
    stored,
):
    seen.clear()
    assert not await Passwords(Watched(1, 8, 1)).verify(WORD, stored)
    assert [each.rpartition("$")[0].rpartition("$")[0] for each in seen] == [
        "$argon2id$v=19$m=8,t=1,p=1"
    ]


async def test_edge_s37_the_decoy_is_the_hash_of_no_password(passwords, monkeypatch):
    monkeypatch.setattr(Argon2, "verify", lambda *_: True)
    assert not await passwords.verify(WORD, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("m=8", "m=1048576"), "memory_cost=1048576, and 262144 is the most"),
        (("t=1", "t=1000000"), "time_cost=1000000, and 10 is the most"),
        (("p=1", "p=255"), "parallelism=255, and 8 is the most"),
        (("v=19", "v=20"), "not a hash of Argon2"),
        (("m=8", "m=٨"), "not a hash of Argon2"),
        (("$m=8", "$data=x,m=8"), "not a hash of Argon2"),
        (("p=1$", "p=1$" + "A" * 600), "not a hash of Argon2"),
    ],
)
async def test_edge_s39_a_hash_that_asks_for_too_much_is_refused_and_reported(
    passwords, caplog, change, reason
):
    stored = await passwords.hash(WORD)
    seen.clear()
    assert not await Passwords(Watched(1, 8, 1)).verify(WORD, stored.replace(*change))
    assert len(seen) == 1
    assert "m=8,t=1,p=1" in seen[0]
    (record,) = caplog.records
    assert reason in record.getMessage()
    assert stored.rpartition("$")[2] not in record.getMessage()


async def test_edge_s39_a_truncated_hash_is_no_password(passwords, caplog):
    stored = await passwords.hash(WORD)
    for length in range(len(stored)):
        assert not await passwords.verify(WORD, stored[:length])
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize(
    "password", ["x" * 1_025, "é" * 513, "x" * 5_000_000, "\ud800" * 20, "long enough \udfff"]
)
async def test_edge_s40_what_is_too_long_or_no_text_is_neither_set_nor_verified(
    passwords, password
):
    with pytest.raises(UnusablePassword, match="422"):
        await passwords.hash(password)
    with pytest.raises(UnusablePassword, match="422"):
        await passwords.rehash(password)
    assert not await passwords.verify(password, None)


@pytest.mark.parametrize("password", ["a b" * 341 + "c", "with \0 inside", "🦊🐻🐼🐨🐯🦁🐮🐷" * 8])
async def test_edge_s40_what_fits_is_hashed_whole(passwords, password):
    stored = await passwords.hash(password)
    assert await passwords.verify(password, stored)
    assert not await passwords.verify(password[:-1], stored)


async def test_edge_s40_composed_and_decomposed_spell_one_password(passwords):
    composed = unicodedata.normalize("NFC", "Ệ überraschend")
    stored = await passwords.hash(unicodedata.normalize("NFD", composed))
    assert await passwords.verify(composed, stored)


class Truncating:
    """The hashes of an application whose algorithm has read 72 bytes, as bcrypt does."""

    def identify(self, stored: str, /) -> bool:
        return stored.startswith("$2b$")

    def verify(self, password: str, stored: str, /) -> bool:
        if "\0" in password:
            raise ValueError("no NUL")
        return stored == "$2b$" + password[:72]


async def test_edge_s41_a_legacy_hash_verifies_as_it_was_stored_and_is_hashed_anew_whole():
    passwords, long = Passwords(CHEAP, legacy=[Truncating()]), "l" * 80
    stored = "$2b$" + long[:72]
    assert await passwords.verify(long, stored)
    assert await passwords.verify(long[:72], stored)
    assert not await passwords.verify("other", stored)
    assert not await passwords.verify("with \0", stored)
    assert passwords.is_outdated(stored)
    renewed = await passwords.rehash(long)
    assert await passwords.verify(long, renewed)
    assert not await passwords.verify(long[:72], renewed)


async def test_a_hash_of_an_unknown_format_is_not_that_of_a_legacy_verifier(caplog):
    passwords = Passwords(CHEAP, legacy=[Truncating()])
    assert not await passwords.verify("word", "$1$word")
    assert "not a hash of Argon2" in caplog.text


async def test_other_parameters_than_todays_are_outdated(passwords):
    stored = await passwords.hash(WORD)
    assert not passwords.is_outdated(stored)
    assert Passwords(replace(CHEAP, time_cost=2)).is_outdated(stored)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("1234567", "at least 8 characters"),
        ("ae\N{COMBINING ACUTE ACCENT}cdefg", "at least 8 characters"),
        ("Ada@Example.com", "name of its account"),
        ("ADA.LOVELACE", "name of its account"),
        ("P4ssw0rd2026!", "guessed first"),
        ("1dragon1", "guessed first"),
        ("aaaaaaaaaaaa", "guessed first"),
        ("abcabcabcabc", "guessed first"),
        ("12345678", "guessed first"),
        ("qwertyuiop", "guessed first"),
    ],
)
async def test_edge_s45_a_weak_password_is_refused_with_the_reason(passwords, password, reason):
    with pytest.raises(UnusablePassword) as caught:
        await passwords.hash(password, about=["ada@example.com", "ada.lovelace@example.com"])
    assert reason in caught.value.reason


async def test_edge_s45_the_response_points_to_the_field(serve, passwords):
    app = FastTrackFramework()

    @app.post("/")
    async def set_password(password: str) -> None:
        await passwords.hash(password)

    async with serve(app) as client:
        response = await client.post("/", params={"password": "short"})
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert (fault["in"], fault["pointer"]) == ("body", "/password")
    assert fault["detail"] == "A password has at least 8 characters."


async def test_edge_s45_64_lower_case_letters_are_a_password(passwords):
    await passwords.hash("abcdefgh" + "zyxwvuts" * 7)


class Listed:
    async def contains(self, password: str) -> bool:
        return password == WORD


async def test_edge_s45_another_list_of_passwords_replaces_the_built_in_one():
    passwords = Passwords(CHEAP, compromised=Listed())
    await passwords.hash("password")
    with pytest.raises(UnusablePassword, match="422"):
        await passwords.hash(WORD)


class Held(Argon2):
    """Parameters whose hashes wait for an event, and count how many run."""

    def verify(self, password, stored):
        state.running += 1
        state.most = max(state.most, state.running)
        state.loop.call_soon_threadsafe(state.arrived.release)
        assert state.go_on.wait(60)
        state.running -= 1
        return False


state = SimpleNamespace()


@pytest.fixture
async def held():
    state.go_on, state.arrived = threading.Event(), asyncio.Semaphore(0)
    state.loop, state.running, state.most = asyncio.get_running_loop(), 0, 0
    return Held(1, 8, 1)


async def test_edge_s38_over_the_bound_of_the_queue_a_call_is_refused_with_retry_after(held):
    passwords = Passwords(held, threads=2, waiters=3)
    calls = [asyncio.ensure_future(passwords.verify(WORD, None)) for _ in range(8)]
    for _ in range(2):
        await state.arrived.acquire()
    with pytest.raises(PasswordsBusy) as caught:
        await passwords.verify(WORD, None)
    assert (caught.value.status_code, caught.value.headers) == (503, {"retry-after": "2"})
    state.go_on.set()
    assert await asyncio.gather(*calls) == [False] * 8
    assert state.most == 2


async def test_edge_s38_a_client_that_leaves_gives_its_place_back_when_its_thread_ends(held):
    passwords = Passwords(held, threads=1)
    left = asyncio.ensure_future(passwords.verify(WORD, None))
    await state.arrived.acquire()
    left.cancel()  # as a server does that has no more time to stop
    with pytest.raises(asyncio.CancelledError):
        await left
    waiting = asyncio.ensure_future(passwords.verify(WORD, None))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await state.arrived.acquire()
    state.go_on.set()
    assert await waiting is False
    assert state.most == 1


@pytest.mark.parametrize("option", ["min_length", "max_bytes", "threads", "waiters"])
def test_a_number_below_one_is_refused(option):
    with pytest.raises(ValueError, match=f"{option} must be at least 1, not 0"):
        Passwords(CHEAP, **{option: 0})


@pytest.mark.parametrize(
    "password",
    ["slipknot", "ducati99", "Ducati2026!", "44m4gnum", "trustno1", "qwer4321", "redneck1"],
)
async def test_edge_s45_the_most_frequent_passwords_count_in_many_spellings(password):
    assert await CommonPasswords().contains(password)


@pytest.mark.parametrize("password", ["8273!a91827", "correct horse", "vT9#kq2Lw", "mp3-1029384"])
async def test_edge_s45_what_is_only_like_a_frequent_password_may_be_set(password):
    assert not await CommonPasswords().contains(password)


def test_edge_s45_3000_passwords_of_eight_characters_are_built_in():
    text = files("ftf.http.auth.passwords").joinpath("common_passwords.txt").read_text()
    words = {word for line in text.splitlines() if line[:1] != "#" for word in line.split()}
    assert len(words) == 3_000
    assert min(map(len, words)) == 8


@pytest.mark.parametrize("password", ["Correcthorse", "C0rrectHorse99!", "8675309"])
async def test_edge_s45_words_of_a_list_of_yours_count_in_the_same_spellings(password):
    listed = CommonPasswords(["correctHorse", "8675309", "!!!"])
    assert await listed.contains(password)
    assert not await CommonPasswords().contains(password)
    assert await listed.contains("P4ssw0rd1")
    assert not await listed.contains("correct horse")
