"""`ftf report`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from ftf.container.cli import Console, Option

from ..models import Post
from ..repositories import PostRepository, UserRepository


async def report(
    *,
    days: Annotated[int, Option(help="Posts of how many days.", min=1)] = 7,
    users: UserRepository,
    posts: PostRepository,
    console: Console,
) -> None:
    """Count users, posts and new posts."""
    since = datetime.now(UTC) - timedelta(days=days)
    counts = {
        "users": await users.query().count(),
        "posts": await posts.query().count(),
        "new posts": await posts.query().where(Post.created_at >= since).count(),
    }
    console.table((name, str(count)) for name, count in counts.items())
    console.document(**counts)
