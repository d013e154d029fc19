"""The credential of an open connection is checked from time to time."""

import asyncio
from datetime import timedelta

import pytest
from auth_people import HeaderGuard, People, guarded
from auth_sockets import connect
from auth_tokens import SECRET
from fastapi import WebSocket

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    AccessTokens,
    Accounts,
    AuthProvider,
    BearerGuard,
    CookieGuard,
    Identity,
    InvalidAuthError,
    Links,
    LiveConnections,
    LoginFailed,
    Logins,
    LoginSessions,
    MemoryUser,
    OtherLoginsEnded,
    Passwords,
    SessionTokens,
)
from ftf.http.auth.connections._options import (  # noqa: PLC2701  # as AuthProvider registers it
    ConnectionOptions,
)

ACCEPTED = ("websocket.accept", None)
ENDED = [ACCEPTED, ("websocket.close", 4401)]
ALWAYS = ConnectionOptions(timedelta(0))
WORD = "correct horse battery"


class TicketGuard(HeaderGuard):
    """`X-Ticket: 7` is accepted once."""

    header = "x-ticket"
    is_repeatable = False
    used = False

    async def authenticate(self, connection) -> Identity | None:
        identity = await super().authenticate(connection)
        if identity is not None:
            assert not TicketGuard.used
            TicketGuard.used = True
        return identity


class Waiting(list[asyncio.Event]):
    """What a websocket sets when it was accepted."""


def with_socket(app: FastTrackFramework) -> FastTrackFramework:
    app.instance(Waiting, Waiting())

    @app.websocket("/socket")
    async def chat(socket: WebSocket, waiting: Injected[Waiting]) -> None:
        await socket.accept()
        waiting.pop().set()
        await socket.receive()

    return app


async def open_socket(app: FastTrackFramework, header) -> asyncio.Task[object]:
    """The task of a websocket that was accepted; it returns what was sent over it."""
    is_open = asyncio.Event()
    app.container.resolve(Waiting).append(is_open)
    task = asyncio.create_task(connect(app, "/socket", header))
    await is_open.wait()
    return task


async def turns(count: int = 50) -> None:
    """Let other tasks run, and with them checks whose time is 0."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("header", [b"x-user", b"x-ticket"])
async def test_edge_s91_a_socket_ends_after_its_user_is_deactivated(header):
    TicketGuard.used = False
    app = with_socket(guarded(closed=True))
    app.instance(ConnectionOptions, ALWAYS)
    app.add_guard("ticket", TicketGuard)
    async with app.router.lifespan_context(app):
        task = await open_socket(app, (header, b"7"))
        await turns()
        assert not task.done()
        app.container.resolve(People).all["7"].is_active = False
        assert await task == ENDED
        assert len(app.container.resolve(LiveConnections)) == 0


async def test_edge_s91_a_socket_ends_where_its_credential_is_that_of_another_user():
    app = with_socket(guarded(closed=True))
    app.instance(ConnectionOptions, ALWAYS)
    async with app.router.lifespan_context(app):
        header = [b"x-user", b"7"]
        task = await open_socket(app, header)
        header[1] = b"1"
        assert await task == ENDED


async def test_edge_s91_a_check_that_fails_is_logged_and_made_again(caplog):
    app = with_socket(guarded(closed=True))
    app.instance(ConnectionOptions, ALWAYS)
    async with app.router.lifespan_context(app):
        task = await open_socket(app, (b"x-user", b"7"))
        people = app.container.resolve(People)
        found, people.all = people.all, None
        await turns()
        assert not task.done()
        found["7"].is_active = False
        people.all = found
        assert await task == ENDED
    assert "The credential of an open connection could not be checked." in caplog.messages


def test_a_time_between_checks_is_not_below_zero():
    with pytest.raises(InvalidAuthError, match="check_connections is below 0"):
        AuthProvider(
            secrets=SECRET,
            issuer="https://api.example",
            audience="shop",
            check_connections=timedelta(-1),
        )


class Chat:
    """An application with logins, and websockets of one user's."""

    def __init__(self, shop) -> None:
        self.shop, self.app = shop, with_socket(shop.app)
        self.app.add_guard("api", BearerGuard)
        self.app.add_guard("web", CookieGuard)
        self.app.require_login()

    async def services(self, scope, *keys):
        return [await scope.aresolve(key) for key in keys]

    async def open(self, kind: str) -> tuple[asyncio.Task[object], Identity]:
        """A websocket of a new login, and the identity of its requests."""
        async with self.app.container.scoped_context() as scope:
            keys = Logins[MemoryUser], Accounts[MemoryUser], SessionTokens, AccessTokens
            logins, accounts, tokens, access = await self.services(scope, *keys)
            user = await accounts.find("1")
            row = await logins.begin(user, kind)
        header = b"cookie", f"__Host-session={tokens.cookie(row)}".encode()
        if kind == "token":
            text = access.issue("1", session_id=row.id, version=row.auth_version).text
            header = b"authorization", f"Bearer {text}".encode()
        return await open_socket(self.app, header), self.shop.identity(row)


@pytest.fixture
async def chat(memory_shop):
    chat = Chat(memory_shop)
    async with chat.app.container.scoped_context() as scope:
        passwords, accounts = await chat.services(scope, Passwords, Accounts)
        await accounts.add("ada@example.com", await passwords.hash(WORD))
    return chat


async def logout_others(logins: Logins[MemoryUser], me: Identity) -> None:
    assert await logins.logout_others(me) == 1


async def change_password(logins: Logins[MemoryUser], me: Identity) -> None:
    await logins.change_password(me, WORD, f"another {WORD}")


async def fail(logins: Logins[MemoryUser], me: Identity) -> None:
    with pytest.raises(LoginFailed):
        await logins.change_password(me, "wrong", f"another {WORD}")


@pytest.mark.parametrize("kind", ["token", "cookie"])
@pytest.mark.parametrize("act", [logout_others, change_password, fail])
async def test_edge_s91_sockets_of_the_other_logins_end_at_once(chat, act, kind):
    async with chat.app.router.lifespan_context(chat.app):
        (one, mine), (other, _) = await chat.open(kind), await chat.open(kind)
        async with chat.app.container.scoped_context() as scope:
            await act(await scope.aresolve(Logins[MemoryUser]), mine)
        await turns()
        assert (one.done(), other.done()) == (False, act is not fail)
        live = chat.app.container.resolve(LiveConnections)
        live.end("1")
        assert [await each for each in (one, other)] == [ENDED, ENDED]
    ended = [each for each in chat.shop.heard if isinstance(each, OtherLoginsEnded)]
    assert [each.session_id for each in ended] == ([] if act is fail else [mine.session_id])


async def test_edge_s91_sockets_end_with_a_password_that_a_link_has_set(chat):
    async with chat.app.router.lifespan_context(chat.app):
        task, _ = await chat.open("token")
        async with chat.app.container.scoped_context() as scope:
            keys = Links[MemoryUser], Accounts[MemoryUser]
            links, accounts = await chat.services(scope, *keys)
            url = links.reset(await accounts.find("1"))
            await links.set_password(url.partition("token=")[2], f"another {WORD}")
        assert await task == ENDED
    assert [each.session_id for each in chat.shop.heard[1:]] == [""]


async def test_edge_s91_a_socket_ends_with_the_login_that_another_has_replaced(chat):
    async with chat.app.router.lifespan_context(chat.app):
        task, me = await chat.open("cookie")
        async with chat.app.container.scoped_context() as scope:
            keys = Logins[MemoryUser], Accounts[MemoryUser]
            logins, accounts = await chat.services(scope, *keys)
            for _ in range(2):  # the second ends nothing
                await logins.begin(await accounts.find("1"), "cookie", replaces=me.session_id)
        assert await task == ENDED
    assert [type(each).__name__ for each in chat.shop.heard] == [
        "LoggedIn",
        "LoggedOut",
        "LoggedIn",
        "LoggedIn",
    ]


@pytest.mark.parametrize("kind", ["token", "cookie"])
async def test_edge_s91_a_socket_ends_after_a_logout_in_another_process(chat, kind, clock):
    override = chat.app.container.override_instance(ConnectionOptions, ALWAYS)
    async with override, chat.app.router.lifespan_context(chat.app):
        task, me = await chat.open(kind)
        await turns()
        assert not task.done()
        rows = await chat.app.container.aresolve(LoginSessions)
        assert await rows.revoke(me.session_id, clock.now(), "logout")
        assert await task == ENDED
