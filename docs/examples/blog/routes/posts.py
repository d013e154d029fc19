"""Posts over HTTP."""

from ftf.http import post
from ftf.http.types import Id
from ftf.orm import Filter, FilterSet, Include

from ..models import Post, User
from ..policies import PostPolicy
from ..schemas import PostIn, PostOut
from .writings import Writings


class Posts(Writings[Post, PostIn, PostOut]):
    """Posts with their authors, the newest first, a page at a time by cursor."""

    prefix = "/posts"
    tags = ("posts",)
    policy = PostPolicy
    filters = FilterSet(
        Post,
        Filter(Post.title, "contains"),
        Filter(Post.created_at, "gte", "lt"),
        Filter(User.name, name="author", via=(Post.author,)),
        sorts=(Post.created_at, Post.title),
        default="-created_at",
        includes=(Include(Post.comments, limit=10),),
        search=(Post.title, Post.body),
        paging="cursor",
    )

    @post("/{id}/restore")
    async def restore(self, id: Id) -> PostOut:  # noqa: A002  # its name in the path
        """Restore a deleted post, and the comments that were deleted with it."""
        deleted = await self.query().only_trashed().find_or_fail(id)
        await self.authorize("update", deleted)
        await self.records.restore(deleted)
        return await self.shown(id)
