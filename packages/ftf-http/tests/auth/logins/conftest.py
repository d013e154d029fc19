import pytest
from login_desk import WORD, Desk

from ftf.http.auth import (
    Accounts,
    Logins,
    LoginSessions,
    MemoryUser,
    Passwords,
)


@pytest.fixture
async def desk(memory_shop, clock, ada):
    async with memory_shop.app.container.scoped_context() as scope:
        keys = Logins[MemoryUser], Accounts[MemoryUser], LoginSessions
        yield Desk(memory_shop, clock, *[await scope.aresolve(key) for key in keys], ada)


@pytest.fixture
async def ada(memory_shop) -> MemoryUser:
    async with memory_shop.app.container.scoped_context() as scope:
        hashed = await (await scope.aresolve(Passwords)).hash(WORD)
        return await (await scope.aresolve(Accounts)).add("ada@example.com", hashed)
