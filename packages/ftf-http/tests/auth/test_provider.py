"""The provider of authentication: what it refuses, and a whole application with it."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from auth_people import People, Person
from auth_tokens import NOW, OTHER, SECRET, Stopped, claims, key_of

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    Access,
    AccessTokens,
    AuthProvider,
    BearerGuard,
    Clock,
    CurrentUser,
    Identity,
    InvalidAuthError,
    KeyRing,
    Secret,
    SigningKey,
    Users,
)

SETTINGS = {"issuer": "https://api.example", "audience": "shop"}


def shop(**settings: object) -> FastTrackFramework:
    found = People()
    found.add(Person(7, "Bob", auth_version=2))
    provider = AuthProvider(
        **{"secrets": SECRET, "users": found, "user_class": Person, **SETTINGS, **settings}
    )
    app = FastTrackFramework(providers=[provider])
    app.register(Clock, Stopped, scope="singleton")
    app.add_guard("api", BearerGuard)

    @app.get("/me")
    async def me(user: CurrentUser[Person], identity: Injected[Identity]) -> str:
        return f"{user.name} {identity.guard}"

    return app


def people() -> People:
    return People()


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"secrets": None}, "secrets is empty"),
        ({"secrets": []}, "secrets is empty"),
        ({"secrets": ""}, r"secrets\[0\] is empty"),
        ({"secrets": [SECRET, "short"]}, r"secrets\[1\] has 5 bytes"),
        ({"secrets": [SECRET, SECRET]}, "has one key twice"),
        (
            {"secrets": SECRET, "next_secrets": ["x" * 32]},
            r"next_secrets\[0\] is not from a random",
        ),
        ({"secrets": SECRET, "issuer": ""}, "issuer is empty"),
        ({"secrets": SECRET, "audience": ""}, "audience is empty"),
        ({"secrets": SECRET, "check": "sesion"}, 'check is not "user", "session" or "token"'),
    ],
)
def test_edge_s13_a_setting_that_is_missing_or_wrong_is_named(settings, error):
    with pytest.raises(InvalidAuthError, match=error) as refused:
        AuthProvider(**{**SETTINGS, **settings})
    assert SECRET not in str(refused.value)


async def test_a_user_calls_with_a_token(serve):
    async with serve(app := shop()) as client:
        tokens = app.container.resolve(AccessTokens)
        text = tokens.issue("7", version=2).text
        for _ in range(3):
            answer = await client.get("/me", headers=bearer(text))
            assert (answer.status_code, answer.json()) == (200, "Bob api")
        for wrong in (
            tokens.issue("7", version=1).text,
            tokens.issue("8", version=2).text,
            tokens.issue("client:7").text,
            text[:-1],
        ):
            assert (await client.get("/me", headers=bearer(wrong))).status_code == 401


@pytest.mark.parametrize("text", ["ftp_x", "ftp_" + "0" * 49, "ftr_x", "x"])
async def test_edge_s59_a_token_that_no_guard_reads_is_bad_and_no_guest(serve, text):
    app = shop()

    @app.get("/open")
    async def opened(user: CurrentUser[Person | None]) -> str:
        return "in"

    async with serve(app) as client:
        for path in ("/me", "/open"):
            answer = await client.get(path, headers=bearer(text))
            assert answer.status_code == 401
            assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_edge_s12_a_user_is_refused_at_once_although_the_token_is_remembered(serve):
    async with serve(app := shop()) as client:
        text = app.container.resolve(AccessTokens).issue("7", version=2).text
        (bob,) = app.container.resolve(Users).all.values()
        assert (await client.get("/me", headers=bearer(text))).status_code == 200
        bob.is_active = False
        assert (await client.get("/me", headers=bearer(text))).status_code == 401
        bob.is_active = True
        bob.auth_version = 3
        assert (await client.get("/me", headers=bearer(text))).status_code == 401


async def test_a_service_without_users_believes_the_token(serve):
    app = FastTrackFramework(
        providers=[AuthProvider(secrets=SECRET, check="token", users=People(), **SETTINGS)]
    )
    app.add_guard("api", BearerGuard)

    @app.get("/")
    async def show(me: Injected[Identity]) -> str:
        return me.subject

    app.get("/closed", dependencies=[Access()])(show)
    async with serve(app) as client:
        text = app.container.resolve(AccessTokens).issue("99", version=7).text
        assert (await client.get("/closed", headers=bearer(text))).json() == "99"
        assert (await client.get("/", headers=bearer(text))).json() == "99"
        assert (await client.get("/")).status_code == 401


async def test_edge_s10_each_guard_has_its_audience(serve):
    class Partners(BearerGuard):
        audience = "partners"

    app = shop()
    app.add_guard("partners", Partners)

    async def show(me: Injected[Identity]) -> str:
        return me.guard

    app.get("/partners", dependencies=[Access("partners")])(show)
    app.get("/shop", dependencies=[Access("api")])(show)
    app.get("/both", dependencies=[Access("partners", "api")])(show)
    async with serve(app) as client:
        tokens = app.container.resolve(AccessTokens)
        ours = bearer(tokens.issue("7", version=2).text)
        theirs = bearer(tokens.issue("7", version=2, audience="partners").text)
        assert (await client.get("/shop", headers=ours)).json() == "api"
        assert (await client.get("/partners", headers=theirs)).json() == "partners"
        assert (await client.get("/shop", headers=theirs)).status_code == 401
        assert (await client.get("/partners", headers=ours)).status_code == 401
        assert (await client.get("/both", headers=ours)).json() == "api"
        assert (await client.get("/both", headers=theirs)).json() == "partners"
        for headers in (bearer(tokens.issue("7", audience="others").text), bearer("a.b.c")):
            assert (await client.get("/both", headers=headers)).status_code == 401


async def test_edge_s15_secrets_are_replaced_while_the_application_serves(serve):
    app = shop(secrets=[SECRET], next_secrets=[OTHER])
    async with serve(app) as client:
        ring = app.container.resolve(KeyRing[Secret])
        tokens = app.container.resolve(AccessTokens)
        text = tokens.issue("7", version=2).text
        assert (await client.get("/me", headers=bearer(text))).status_code == 200
        ring.replace(Secret(OTHER), retired=[Secret(SECRET)])
        other = tokens.issue("7", version=2).text
        assert text.split(".")[0] != other.split(".")[0]
        for each in (text, other):
            assert (await client.get("/me", headers=bearer(each))).status_code == 200
        ring.replace(Secret(OTHER))
        assert (await client.get("/me", headers=bearer(text))).status_code == 401
        assert (await client.get("/me", headers=bearer(other))).status_code == 200
        with pytest.raises(InvalidAuthError, match="is derived from secrets"):
            app.container.resolve(KeyRing[SigningKey]).replace(key_of("EdDSA"))


async def test_keys_of_a_pair_sign_in_place_of_the_secret(serve):
    async with serve(app := shop(keys=KeyRing(key_of("EdDSA")))) as client:
        text = app.container.resolve(AccessTokens).issue("7", version=2).text
        assert text.startswith(key_of("EdDSA").header)
        assert (await client.get("/me", headers=bearer(text))).status_code == 200


@pytest.mark.parametrize("users", [People, people], ids=["class", "function"])
async def test_users_are_made_for_each_request(serve, users):
    async with serve(app := shop(users=users)) as client:
        text = app.container.resolve(AccessTokens).issue("7", version=2).text
        assert (await client.get("/me", headers=bearer(text))).status_code == 401


async def test_edge_s5_no_mutation_of_a_header_is_an_error_of_the_server(serve):
    chosen = random.Random(11)  # noqa: S311  # the same at each run
    async with serve(app := shop()) as client:
        text = app.container.resolve(AccessTokens).issue("7", version=2).text
        header = bytearray(f"Bearer {text}".encode())
        for _ in range(300):
            mutated = bytearray(header)
            at = chosen.randrange(7, len(mutated))
            mutated[at] = chosen.choice([value for value in range(256) if value != mutated[at]])
            answer = await client.get("/me", headers={b"authorization": bytes(mutated)})
            assert answer.status_code == 401


async def test_a_new_clock_reads_the_end_of_a_token(serve):
    async with serve(app := shop()) as client:
        tokens = app.container.resolve(AccessTokens)
        issued = tokens.issue("7", version=2)
        assert issued.expires_at == datetime.fromtimestamp(NOW, UTC) + timedelta(minutes=10)
        app.container.resolve(Clock).now_is = NOW + 605
        assert (await client.get("/me", headers=bearer(issued.text))).status_code == 401
    assert claims()["exp"] == NOW + 600
