"""Records for tests."""

from sqlalchemy.ext.asyncio import AsyncSession

from ftf.testing import Factory, Values

from .models import Comment, Post, Role, User


class UserFactory(Factory[User]):
    """Makes users without a password, who are acted as."""


class CommentFactory(Factory[Comment]):
    """Makes comments by a new user each."""

    def definition(self, number: int) -> Values:
        """Return what a comment has."""
        return {"body": f"Remark {number}", "author": UserFactory()}


class PostFactory(Factory[Post]):
    """Makes posts by a new user each."""

    def definition(self, number: int) -> Values:
        """Return what a post has."""
        return {"title": f"Post {number}", "author": UserFactory()}


async def write_posts(session: AsyncSession, number: int, comments: int = 1) -> list[Post]:
    """Store posts of one author each, with comments by others."""
    posts = PostFactory(session).has(Post.comments, CommentFactory(), comments)
    written = await posts.create_many(number)
    await session.commit()
    return written


async def add_user(session: AsyncSession, *roles: str) -> User:
    """Store a user who has roles."""
    user = await UserFactory(session).create(roles=[Role(name=name) for name in roles])
    await session.commit()
    return user
