"""What users may do."""

from ftf.http.auth import Policy
from ftf.orm import QueryBuilder

from .models import Comment, Post, User
from .repositories import UserRepository


class AdminPolicy(Policy[User]):
    """What all policies share: an admin may do everything."""

    def __init__(self, users: UserRepository) -> None:
        self.users = users

    async def before(self, user: User) -> bool | None:
        """Allow an admin everything; for all others, the ability decides."""
        return True if await self.users.has_role(user, "admin") else None


class WritingPolicy(AdminPolicy):
    """Everyone reads; users change what they have written themselves."""

    def visible[W: Post | Comment](
        self, _user: User | None, query: QueryBuilder[W]
    ) -> QueryBuilder[W]:
        """Return the query as it is, for guests as well."""
        return query

    def update(self, user: User, writing: Post | Comment) -> bool:
        """Allow it to the author."""
        return writing.author_id == user.id

    def delete(self, user: User, writing: Post | Comment) -> bool:
        """Allow it to the author."""
        return writing.author_id == user.id


class PostPolicy(WritingPolicy):
    """What users may do with posts."""

    def create(self, _user: User) -> bool:
        """Allow it to all who have logged in."""
        return True


class CommentPolicy(WritingPolicy):
    """What users may do with comments."""

    def create(self, _user: User) -> bool:
        """Allow it to all who have logged in."""
        return True


class UserPolicy(AdminPolicy):
    """Users change themselves; all else is for admins."""

    def invite(self, _user: User) -> bool:
        """Allow it to admins alone."""
        return False

    def grant(self, _user: User, _other: User) -> bool:
        """Allow it to admins alone."""
        return False

    def change(self, user: User, other: User) -> bool:
        """Allow users to change themselves."""
        return user.id == other.id
