"""Applications with the authentication of fastapi-users and of AuthX, as their pages write them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from authx import AuthX, AuthXConfig, TokenPayload
from fastapi import Depends, FastAPI, HTTPException
from fastapi_users import BaseUserManager, FastAPIUsers, IntegerIDMixin
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.db import BaseUserDatabase
from fastapi_users.jwt import generate_jwt

type Find = Callable[[str], Awaitable[Any]]
type Issue = Callable[[str], str]

_AUDIENCE = ["fastapi-users:auth"]
_HOUR = 3_600


@dataclass
class Member:
    """A user, with what fastapi-users asks of one."""

    id: int
    email: str = ""
    hashed_password: str = ""
    is_active: bool = True
    is_superuser: bool = False
    is_verified: bool = True


class Members(BaseUserDatabase[Member, int]):
    """Users in memory."""

    def __init__(self) -> None:
        self.all = {number: Member(number) for number in range(100)}

    async def get(self, id: int) -> Member | None:  # noqa: A002  # its name there
        """Return a user."""
        return self.all.get(id)


class Manager(IntegerIDMixin, BaseUserManager[Member, int]):
    """What fastapi-users finds users by."""


def by_fastapi_users(secret: str) -> tuple[FastAPI, Issue]:
    """Return an application with fastapi-users, and what makes its tokens."""
    app, members = FastAPI(), Members()

    async def manager() -> Manager:
        return Manager(members)

    def strategy() -> JWTStrategy[Member, int]:
        return JWTStrategy(secret=secret, lifetime_seconds=_HOUR)

    transport = BearerTransport(tokenUrl="login")
    backend = AuthenticationBackend(name="jwt", transport=transport, get_strategy=strategy)
    current = FastAPIUsers[Member, int](manager, [backend]).current_user(active=True)

    @app.get("/me")
    async def me(user: Annotated[Member, Depends(current)]) -> dict[str, int]:
        return {"id": user.id}

    return app, lambda subject: generate_jwt({"sub": subject, "aud": _AUDIENCE}, secret, _HOUR)


def by_authx(secret: str, find: Find) -> tuple[FastAPI, Issue]:
    """Return an application with AuthX, and what makes its tokens.

    Args:
        secret: The key of its tokens.
        find: Returns a user by key.
    """
    app = FastAPI()
    auth = AuthX(config=AuthXConfig(JWT_SECRET_KEY=secret, JWT_TOKEN_LOCATION=["headers"]))
    auth.handle_errors(app)

    @app.get("/me")
    async def me(
        payload: Annotated[TokenPayload, Depends(auth.access_token_required)],
    ) -> dict[str, int]:
        user = await find(payload.sub)
        if user is None or not user.is_active:
            raise HTTPException(401)
        return {"id": user.id}

    return app, auth.create_access_token
