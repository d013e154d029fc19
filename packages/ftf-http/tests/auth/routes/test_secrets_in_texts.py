"""What is secret is in no log, response, document or text of an object."""

import json
import logging

from auth_mails import WORD, log_in, register
from auth_tokens import SECRET

from ftf.http.auth import Accounts, public

FORM = "/auth/token"


async def test_edge_s32_no_secret_is_in_a_log_a_problem_or_the_document(
    memory_app, serve, mailbox, caplog
):
    caplog.set_level(logging.DEBUG, "ftf")

    @memory_app.get("/fails")
    @public
    async def fail() -> None:
        raise OSError("the disk is full")

    async with serve(memory_app) as client:
        await register(client)
        link = mailbox.token()
        pair = (await log_in(client)).json()
        first = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        later = (await client.post(FORM, data=first)).json()
        await client.post(FORM, data={**first, "refresh_token": later["refresh_token"]})
        bad = {"email": "ada@example.com", "password": f"{WORD}!"}
        answers = [
            await client.post(FORM, data=first),
            await client.post("/auth/login", json=bad),
            await client.post("/auth/login", json={"email": WORD}),
            await client.post("/auth/reset-password", json={"token": f"{link}x", "password": WORD}),
            await client.get("/fails", headers={"authorization": f"Bearer {pair['access_token']}"}),
        ]
    async with memory_app.container.scoped_context() as scope:
        accounts = await scope.aresolve(Accounts)
        user = await accounts.find_by_name("ada@example.com")
        hashed = accounts.password_of(user)
    assert {answer.status_code for answer in answers} >= {400, 401, 422, 500}
    assert "An old refresh token was used" in caplog.text
    secrets = [WORD, hashed, link, *SECRET.split(), *pair.values(), *later.values()]
    long = [each for each in secrets if isinstance(each, str) and len(each) > 10]
    assert len(long) >= 8
    text = "\n".join(
        [json.dumps(memory_app.openapi()), *(each.text for each in answers), caplog.text]
    )
    assert [each for each in long if each in text] == []
