"""Who sends a request: `Authorization: Token <jwt>`."""

from starlette.requests import HTTPConnection

from ftf.http.auth import AccessTokens, CompromisedPasswords, Guard, Identity, Users

from .models import Account
from .repositories import AccountRepository


class TokenGuard(Guard):
    """Accepts the tokens that Conduit issues."""

    challenge = "Token"

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens

    async def authenticate(self, connection: HTTPConnection) -> Identity | None:
        """Return what the token of a request says; `None` if it has none."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in {"token", "bearer"} or not token.strip():
            return None
        return self._tokens.read(token.strip())


class AccountUsers(Users[Account]):
    """The accounts that tokens name, by their keys."""

    def __init__(self, accounts: AccountRepository) -> None:
        self._accounts = accounts

    async def find(self, subject: str) -> Account | None:
        """Return an account by its key."""
        return await self._accounts.find(int(subject))

    def subject_of(self, user: Account) -> str:
        """Return the key of an account."""
        return str(user.id)

    def version_of(self, _: Account) -> int:
        """Return 0: tokens end by their time alone."""
        return 0

    def is_active(self, _: Account) -> bool:
        """Return True: no account is ever closed."""
        return True


class AnyPassword(CompromisedPasswords):
    """No list of passwords that are refused: the specification has none."""

    async def contains(self, _: str) -> bool:
        """Return False."""
        return False
