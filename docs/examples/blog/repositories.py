"""Where the blog's records come from and go to."""

from ftf.orm import BaseRepository, QueryBuilder

from .models import Comment, Post, Role, User


class UserRepository(BaseRepository[User]):
    """The users."""

    async def has_role(self, user: User, name: str) -> bool:
        """Return whether a user has a role."""
        return await self.relation(user, User.roles).query().where(Role.name == name).exists()

    async def set_roles(self, user: User, names: list[str]) -> None:
        """Replace the roles of a user."""
        roles = QueryBuilder(self.session, Role).where(Role.name.in_(names))
        await self.relation(user, User.roles).sync(await roles.pluck(Role.id))


class PostRepository(BaseRepository[Post]):
    """The posts."""


class CommentRepository(BaseRepository[Comment]):
    """The comments."""
