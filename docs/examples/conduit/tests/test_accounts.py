"""Accounts, tokens, profiles, and who follows whom."""

import asyncio

import pytest

from conduit.tests.conftest import Caller, SignUp

MARA = {"username": "mara", "email": "mara@example.com", "password": "correct horse"}


async def test_a_new_account_has_a_token_and_nothing_else_set(guest: Caller) -> None:
    user = (await guest.call("POST", "/users", {"user": MARA})).json()["user"]
    assert user.pop("token")
    assert user == {"username": "mara", "email": "mara@example.com", "bio": None, "image": None}


async def test_all_faulty_fields_are_named(guest: Caller) -> None:
    user = {"username": "", "email": "mara", "password": None}
    answer = await guest.call("POST", "/users", {"user": user})
    assert answer.status_code == 422
    assert answer.json()["errors"].keys() == {"username", "email", "password"}
    assert answer.json()["errors"]["username"] == ["can't be blank"]


@pytest.mark.parametrize("body", [{}, {"user": None}, {"user": []}, [], "user", None])
async def test_a_body_without_its_wrapper_is_422(guest: Caller, body: object) -> None:
    answer = await guest.call("POST", "/users", body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[" * 20_000, b'{"user": "\\ud800"}'])
async def test_a_body_that_is_no_json_is_refused(guest: Caller, text: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await guest.client.post("/api/users", content=text, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"]


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b", "a/b", "x" * 5_000, " "])
async def test_names_that_cannot_be_used_are_refused(guest: Caller, name: str) -> None:
    text = ascii(name).replace("'", '"').replace("\\x00", "\\u0000")
    body = f'{{"user": {{"username": {text}, "email": "a@b.cd", "password": "correct horse"}}}}'
    headers = {"content-type": "application/json"}
    answer = await guest.client.post("/api/users", content=body, headers=headers)
    assert answer.status_code == 422
    assert [*answer.json()["errors"]] == ["username"]


async def test_of_many_with_one_name_one_gets_it(guest: Caller) -> None:
    users = [MARA | {"email": f"{number}@example.com"} for number in range(8)]
    calls = [guest.call("POST", "/users", {"user": user}) for user in users]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json() == {"errors": {"username": ["has already been taken"]}}


async def test_a_wrong_password_and_an_unknown_address_look_alike(guest: Caller) -> None:
    await guest.call("POST", "/users", {"user": MARA})
    for email in ("mara@example.com", "nobody@example.com"):
        answer = await guest.call(
            "POST", "/users/login", {"user": {"email": email, "password": "wrong"}}
        )
        assert (answer.status_code, answer.json()) == (
            401,
            {"errors": {"credentials": ["invalid"]}},
        )
    right = {key: MARA[key] for key in ("email", "password")}
    assert (await guest.call("POST", "/users/login", {"user": right})).status_code == 200


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("", "is missing"),
        ("Basic eA==", "is missing"),
        ("Token", "is missing"),
        ("Token x", "is invalid"),
        ("Bearer a.b.c", "is invalid"),
    ],
)
async def test_a_token_is_missing_or_invalid(guest: Caller, header: str, text: str) -> None:
    guest.headers = {"authorization": header} if header else {}
    answer = await guest.call("PUT", "/articles/none", {"no": "article"})
    assert (answer.status_code, answer.json()) == (401, {"errors": {"token": [text]}})
    optional = await guest.call("GET", "/articles")
    assert optional.status_code == (401 if text == "is invalid" else 200)


async def test_only_what_is_sent_changes(guest: Caller, sign_up: SignUp) -> None:
    mara, other = await sign_up("mara"), await sign_up("ben")
    for change in ({"email": None}, {"username": ""}, {"password": "short"}, {"email": "a b@c.de"}):
        assert (await mara.call("PUT", "/user", {"user": change})).status_code == 422
    taken = await mara.call("PUT", "/user", {"user": {"username": "ben", "bio": "new"}})
    assert (taken.status_code, [*taken.json()["errors"]]) == (409, ["username"])
    assert (await mara.call("GET", "/user")).json()["user"]["bio"] is None
    change = {"username": "mára", "bio": "", "image": "https://example.com/me.png", "token": "x"}
    user = (await mara.call("PUT", "/user", {"user": change})).json()["user"]
    assert (user["username"], user["bio"]) == ("mára", None)
    assert (await Caller(guest.client, token=user["token"]).call("GET", "/user")).is_success
    assert (await other.call("GET", "/profiles/mara")).status_code == 404


async def test_a_new_password_takes_the_place_of_the_old(guest: Caller) -> None:
    user = (await guest.call("POST", "/users", {"user": MARA})).json()["user"]
    mara = Caller(guest.client, token=user["token"])
    long = "ü" * 63 + "x"
    assert (await mara.call("PUT", "/user", {"user": {"password": long}})).is_success
    for password, status in ((MARA["password"], 401), (long[:-1] + "y", 401), (long, 200)):
        login = {"email": MARA["email"], "password": password}
        answer = await guest.call("POST", "/users/login", {"user": login})
        assert answer.status_code == status


async def test_following_is_directed_and_once_is_enough(guest: Caller, sign_up: SignUp) -> None:
    mara, ben = await sign_up("mara ?#%"), await sign_up("ben")
    path = "/profiles/mara%20%3F%23%25"
    answers = await asyncio.gather(*(ben.call("POST", f"{path}/follow") for _ in range(5)))
    assert {answer.json()["profile"]["following"] for answer in answers} == {True}
    seen = {"username": mara.username, "bio": None, "image": None, "following": True}
    assert (await ben.call("GET", path)).json() == {"profile": seen}
    assert not (await guest.call("GET", path)).json()["profile"]["following"]
    assert not (await mara.call("GET", "/profiles/ben")).json()["profile"]["following"]
    for _ in range(2):
        answer = await ben.call("DELETE", f"{path}/follow")
        assert (answer.status_code, answer.json()["profile"]["following"]) == (200, False)
    unknown = await ben.call("POST", "/profiles/none/follow")
    assert (unknown.status_code, unknown.json()) == (404, {"errors": {"profile": ["not found"]}})


async def test_pages_of_other_origins_may_call(guest: Caller) -> None:
    origin = {"origin": "https://example.com"}
    wanted = {
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization, content-type",
    }
    assert (await guest.client.options("/api/user", headers=origin | wanted)).status_code == 200
    for path in ("none", "tags/", "articles/%2F"):
        answer = await guest.client.get(f"/api/{path}", headers=origin)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (404, "*")
