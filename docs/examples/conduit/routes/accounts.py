"""Accounts and profiles over HTTP."""

from fastapi import HTTPException

from ftf.http import Controller, delete, get, post, put
from ftf.http.auth import AccessTokens, CurrentUser, Passwords, public
from ftf.orm import Repository

from ..models import Account, Follow
from ..repositories import AccountRepository
from ..schemas import AccountChange, Login, NewAccount, Profile, ProfileOut, User, UserOut, Wrapped


class Accounts(Controller):
    """Registering, signing in, and one's own account."""

    prefix = "/api"
    tags = ("accounts",)

    def __init__(
        self, accounts: AccountRepository, passwords: Passwords, tokens: AccessTokens
    ) -> None:
        self.accounts = accounts
        self.passwords = passwords
        self.tokens = tokens

    @post("/users", status_code=201)
    @public
    async def register(self, user: Wrapped[NewAccount]) -> User:
        """Open an account."""
        password = await self.passwords.hash(user.password)
        account = Account(username=user.username, email=user.email, password_hash=password)
        return self._user(await self.accounts.create(account))

    @post("/users/login")
    @public
    async def login(self, user: Wrapped[Login]) -> User:
        """Sign in."""
        account = await self.accounts.query().where(Account.email == user.email).first()
        stored = account.password_hash if account else None
        if not await self.passwords.verify(user.password, stored) or account is None:
            raise HTTPException(401, {"credentials": ["invalid"]})
        return self._user(account)

    @get("/user")
    async def show(self, me: CurrentUser[Account]) -> User:
        """Show one's own account."""
        return self._user(me)

    @put("/user")
    async def update(self, user: Wrapped[AccountChange], me: CurrentUser[Account]) -> User:
        """Change what is sent of one's own account."""
        for name, value in user.model_dump(exclude={"password"}, exclude_unset=True).items():
            setattr(me, name, value)
        if user.password:
            me.password_hash = await self.passwords.hash(user.password)
        return self._user(await self.accounts.update(me))

    def _user(self, account: Account) -> User:
        shown = {name: getattr(account, name) for name in ("username", "email", "bio", "image")}
        return {"user": UserOut(token=self.tokens.issue(str(account.id)).text, **shown)}


class Profiles(Controller):
    """Accounts as others see them, and who follows whom."""

    prefix = "/api/profiles/{username}"
    tags = ("profiles",)

    def __init__(self, accounts: AccountRepository, follows: Repository[Follow]) -> None:
        self.accounts = accounts
        self.follows = follows

    @get()
    async def show(self, username: str, reader: CurrentUser[Account | None]) -> Profile:
        """Show a profile."""
        account = await self.accounts.profile(username, reader)
        return {"profile": ProfileOut.model_validate(account)}

    @post("/follow")
    async def follow(self, username: str, me: CurrentUser[Account]) -> Profile:
        """Follow an account; once is enough."""
        followed = await self.accounts.profile(username, me)
        row = {Follow.follower_id: me.id, Follow.followed_id: followed.id}
        await self.follows.insert_or_ignore([row], unique_by=[*row])
        return await self.show(username, me)

    @delete("/follow")
    async def unfollow(self, username: str, me: CurrentUser[Account]) -> Profile:
        """Follow an account no longer."""
        followed = await self.accounts.profile(username, me)
        mine = self.follows.query().where(Follow.follower_id == me.id)
        await mine.where(Follow.followed_id == followed.id).delete()
        return await self.show(username, me)
