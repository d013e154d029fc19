"""Users over HTTP, written by hand of the parts that a resource is made of."""

from typing import Annotated

from ftf.http import Controller, Injected, delete, get, post, put
from ftf.http.auth import Accounts, CurrentUser, Gate, public
from ftf.http.resources import Bound, Checked, FromQuery, Projection
from ftf.orm import Criteria, Filter, FilterSet, Page, transaction

from ..mail import AccountMail
from ..models import Role, User
from ..policies import UserPolicy
from ..repositories import UserRepository
from ..schemas import Grant, Invitation, Me, UserIn, UserOut

USERS = FilterSet(
    User,
    Filter(User.name, "contains"),
    Filter(Role.name, name="role", via=(User.roles,)),
    sorts=(User.name, User.created_at),
    default="created_at",
)
SHOWN = Projection(User, UserOut)
ME = Projection(User, Me)


class Users(Controller):
    """Users with their roles."""

    prefix = "/users"
    tags = ("users",)

    def __init__(self, users: UserRepository, gate: Gate[User]) -> None:
        self.users = users
        self.gate = gate

    @get()
    @public
    async def index(self, asked: Annotated[Criteria[User], FromQuery(USERS)]) -> Page[UserOut]:
        """List users."""
        query = SHOWN.load(asked.apply(self.users.query()))
        return (await query.paginate(asked.page, asked.per_page)).map(SHOWN)

    @get("/me")
    async def me(self, user: CurrentUser[User]) -> Me:
        """Show the user of the request."""
        return ME(await ME.load(self.users.query()).find_or_fail(user.id))

    @get("/{user}")
    @public
    async def show(self, user: Bound[User]) -> UserOut:
        """Show a user."""
        return await self.shown(user)

    @post(status_code=201)
    async def invite(
        self,
        body: Invitation,
        accounts: Injected[Accounts[User]],
        mail: Injected[AccountMail],
    ) -> UserOut:
        """Invite a user, who gets a mail with a link to set a password."""
        await self.gate.authorize(UserPolicy.invite)
        email = accounts.normalise(body.email)  # as logins look for it
        async with transaction(self.users.session):  # the user and the job of the mail, or neither
            user = await self.users.create(User(name=body.name, email=email))
            await mail.send_invitation(user)
        return await self.shown(user)

    @put("/{user}")
    async def update(self, user: Bound[User], body: UserIn) -> UserOut:
        """Rename a user."""
        await self.gate.authorize(UserPolicy.change, user)
        user.name = body.name
        return await self.shown(await self.users.update(user))

    @put("/{user}/roles")
    async def grant(self, user: Bound[User], body: Checked[Grant]) -> UserOut:
        """Replace the roles of a user."""
        await self.gate.authorize(UserPolicy.grant, user)
        await self.users.set_roles(user, body.roles)
        return await self.shown(user)

    @delete("/{user}", status_code=204)
    async def remove(self, user: Bound[User]) -> None:
        """Delete a user with all posts and comments."""
        await self.gate.authorize(UserPolicy.change, user)
        await self.users.delete(user)

    async def shown(self, user: User) -> UserOut:
        """Return what everyone sees of a user."""
        return SHOWN(await SHOWN.load(self.users.query()).fresh().find_or_fail(user.id))
