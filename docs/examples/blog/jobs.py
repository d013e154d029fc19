"""What the blog does at night."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ftf.container.jobs import Job
from ftf.http.auth import Logins

from .models import Post, User
from .repositories import PostRepository


@dataclass(frozen=True)
class PrunePosts(Job):
    """Delete the posts for good that were deleted some time ago.

    Args:
        days: How long a post can be restored.
    """

    days: int = 30

    async def handle(self, posts: PostRepository) -> None:
        """Delete them, with their comments."""
        before = datetime.now(UTC) - timedelta(days=self.days)
        for post in await posts.query().only_trashed().where(Post.deleted_at < before).get():
            await posts.force_delete(post)


@dataclass(frozen=True)
class PruneLogins(Job):
    """Delete the logins that have ended."""

    async def handle(self, logins: Logins[User]) -> None:
        """Delete them, a week after their end."""
        await logins.prune()
