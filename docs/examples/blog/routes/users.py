"""Users over HTTP."""

from ftf.http import Controller, delete, get, post, put
from ftf.orm import Page

from ..models import User
from ..repositories import UserRepository
from ..schemas import Id, PageNumber, PageSize, UserDetail, UserIn, UserOut


class Users(Controller):
    """Users with their roles."""

    prefix = "/users"
    tags = ("users",)

    def __init__(self, users: UserRepository) -> None:
        self.users = users

    @get()
    async def index(self, page: PageNumber = 1, per_page: PageSize = 20) -> Page[UserDetail]:
        """List users with their roles, a page at a time."""
        found = await self.users.detailed().oldest().paginate(page, per_page)
        return found.map(UserDetail.model_validate)

    @post(status_code=201)
    async def create(self, body: UserIn) -> UserOut:
        """Add a user; an e-mail address belongs to one only."""
        return UserOut.model_validate(await self.users.create(User(**body.model_dump())))

    @get("/{user_id}")
    async def show(self, user_id: Id) -> UserDetail:
        """Show a user with roles."""
        found = await self.users.detailed().where_key(user_id).first_or_fail()
        return UserDetail.model_validate(found)

    @put("/{user_id}")
    async def update(self, user_id: Id, body: UserIn) -> UserOut:
        """Change a user."""
        user = await self.users.find_or_fail(user_id)
        user.name, user.email = body.name, body.email
        return UserOut.model_validate(await self.users.update(user))

    @delete("/{user_id}", status_code=204)
    async def remove(self, user_id: Id) -> None:
        """Remove a user with all posts and comments."""
        await self.users.delete(await self.users.find_or_fail(user_id))
