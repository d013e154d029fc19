"""A new e-mail address, and one to which no mail has arrived yet."""

import asyncio

import pytest
from auth_mails import ADA, WORD, bearer, log_in, register, with_routes

from ftf.http.auth import InvalidAuthError, LoginOptions

NEW, WRONG = "ada@new.example", "wrong horse"


async def ask(client, headers, email: str = NEW, password: str = WORD):
    body = {"current_password": password, "email": email}
    return await client.put("/auth/email", json=body, headers=headers)


async def confirm(client, token: str):
    return await client.post("/auth/confirm-email", json={"token": token})


async def test_edge_s46_an_address_changes_once_a_mail_to_it_has_arrived(app, serve, mailbox):
    async with serve(app) as client:
        await register(client)
        headers = bearer(await log_in(client))
        assert (await ask(client, headers, email=f" {NEW}")).status_code == 422
        assert (await ask(client, headers, password=WRONG)).status_code == 401
        assert (await ask(client, headers)).status_code == 202
        assert mailbox.sent[-1][::2] == ("change", NEW)
        assert "https://app.example.com/confirm-email?token=" in mailbox.sent[-1][1]
        token = mailbox.token()
        assert (await log_in(client, NEW)).status_code == 401
        assert (await log_in(client)).status_code == 200

        assert (await confirm(client, token)).status_code == 204
        assert mailbox.sent[-1] == ("changed", ADA)
        assert (await log_in(client)).status_code == 401
        assert (await client.get("/auth/sessions", headers=headers)).status_code == 401
        assert (await confirm(client, token)).status_code == 400
        assert (await log_in(client, NEW)).status_code == 200


async def test_edge_s46_a_request_for_a_taken_address_is_answered_alike(app, serve, mailbox):
    async with serve(app) as client:
        await register(client)
        await register(client, NEW)
        headers = bearer(await log_in(client))
        answers = [await ask(client, headers, each) for each in (NEW, "free@example.com")]
        assert [(each.status_code, each.text) for each in answers] == [(202, "null")] * 2
        assert [each[0] for each in mailbox.sent[-2:]] == ["known", "change"]


async def test_edge_s46_an_address_that_was_taken_meanwhile_stays_that_of_its_owner(
    app, serve, mailbox
):
    async with serve(app) as client:
        await register(client)
        await ask(client, bearer(await log_in(client)))
        token = mailbox.token()
        await register(client, NEW)
        refused = await confirm(client, token)
        assert refused.status_code == 400
        assert (await log_in(client)).status_code == 200


async def test_edge_s46_of_two_links_for_new_addresses_one_counts(app, serve, mailbox):
    async with serve(app) as client:
        await register(client)
        headers = bearer(await log_in(client))
        tokens: list[str] = []
        for each in (NEW, "ada@other.example"):
            await ask(client, headers, each)
            tokens.append(mailbox.token())
        answers = await asyncio.gather(*(confirm(client, each) for each in tokens))
        assert sorted(each.status_code for each in answers) == [204, 400]


async def test_a_link_for_one_address_confirms_no_other(memory_app, serve, mailbox):
    async with serve(memory_app) as client:
        await register(client)
        verify = mailbox.token()
        await ask(client, bearer(await log_in(client)))
        kid, ends, user, _, mac = mailbox.token().split(".")
        for each in (f"{kid}.{ends}.{user}.eA.{mac}", f"{kid}.{ends}.{user}.{mac}", verify):
            assert (await confirm(client, each)).status_code == 400
        other = await client.post("/auth/verify-email", json={"token": mailbox.token()})
        assert other.status_code == 400


@pytest.fixture
def strict_app(any_shop, mailbox):
    app = with_routes(any_shop, mailbox)
    with app.container.override_instance(LoginOptions, LoginOptions(unverified="refuse")):
        yield app


async def test_a_user_whose_address_is_not_verified_is_told_so_with_the_right_password(
    strict_app, serve, mailbox
):
    async with serve(strict_app) as client:
        await register(client)
        link = mailbox.token()
        assert (await log_in(client, password=WRONG)).status_code == 401
        refused = await log_in(client)
        assert refused.status_code == 403
        assert refused.json()["detail"].startswith("Confirm the e-mail address first")
        await client.post("/auth/verify-email", json={"token": link})
        assert (await log_in(client)).status_code == 200


async def test_a_link_for_a_new_password_shows_that_mail_arrives(strict_app, serve, mailbox):
    async with serve(strict_app) as client:
        await register(client)
        await client.post("/auth/forgot-password", json={"email": ADA})
        new = {"token": mailbox.token(), "password": f"another {WORD}"}
        assert (await client.post("/auth/reset-password", json=new)).status_code == 204
        assert (await log_in(client, password=new["password"])).status_code == 200
        await client.post("/auth/forgot-password", json={"email": ADA})
        again = {"token": mailbox.token(), "password": WORD}
        assert (await client.post("/auth/reset-password", json=again)).status_code == 204
        assert (await log_in(client)).status_code == 200


def test_what_happens_to_the_unverified_is_one_of_two_words():
    with pytest.raises(InvalidAuthError, match=r"unverified=\.\.\.\) is another word"):
        LoginOptions(unverified="ask")
