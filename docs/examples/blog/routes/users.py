"""Users over HTTP."""

from fastapi import APIRouter

from ftf.http import Injected
from ftf.orm import Page

from ..models import User
from ..repositories import UserRepository
from ..schemas import Id, PageNumber, PageSize, UserDetail, UserIn, UserOut

router = APIRouter(prefix="/users", tags=["users"])


@router.get("")
async def index(
    users: Injected[UserRepository], page: PageNumber = 1, per_page: PageSize = 20
) -> Page[UserDetail]:
    """List users with their roles, a page at a time."""
    found = await users.detailed().oldest().paginate(page, per_page)
    return found.map(UserDetail.model_validate)


@router.post("", status_code=201)
async def create(body: UserIn, users: Injected[UserRepository]) -> UserOut:
    """Add a user; an e-mail address belongs to one only."""
    return UserOut.model_validate(await users.create(User(**body.model_dump())))


@router.get("/{user_id}")
async def show(user_id: Id, users: Injected[UserRepository]) -> UserDetail:
    """Show a user with roles."""
    found = await users.detailed().where_key(user_id).first_or_fail()
    return UserDetail.model_validate(found)


@router.put("/{user_id}")
async def update(user_id: Id, body: UserIn, users: Injected[UserRepository]) -> UserOut:
    """Change a user."""
    user = await users.find_or_fail(user_id)
    user.name, user.email = body.name, body.email
    return UserOut.model_validate(await users.update(user))


@router.delete("/{user_id}", status_code=204)
async def delete(user_id: Id, users: Injected[UserRepository]) -> None:
    """Remove a user with all posts and comments."""
    await users.delete(await users.find_or_fail(user_id))
