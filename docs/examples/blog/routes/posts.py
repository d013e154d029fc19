"""Posts over HTTP."""

from ftf.http import Controller, Injected, delete, get, post, put
from ftf.orm import CursorPage

from ..models import Post
from ..repositories import PostRepository, UserRepository
from ..schemas import Cursor, Id, PageSize, PostDetail, PostIn, PostOut


class Posts(Controller):
    """Posts with their authors and comments."""

    prefix = "/posts"
    tags = ("posts",)

    def __init__(self, posts: PostRepository) -> None:
        self.posts = posts

    @get()
    async def index(self, cursor: Cursor = None, per_page: PageSize = 20) -> CursorPage[PostDetail]:
        """List posts with authors and comments, the newest first, a page at a time."""
        found = await self.posts.detailed().latest().cursor_paginate(cursor, per_page)
        return found.map(PostDetail.model_validate)

    @post(status_code=201)
    async def create(self, body: PostIn, users: Injected[UserRepository]) -> PostOut:
        """Publish a post."""
        await users.find_or_fail(body.author_id)
        return PostOut.model_validate(await self.posts.create(Post(**body.model_dump())))

    @get("/{post_id}")
    async def show(self, post_id: Id) -> PostDetail:
        """Show a post with its author and comments."""
        found = await self.posts.detailed().where_key(post_id).first_or_fail()
        return PostDetail.model_validate(found)

    @put("/{post_id}")
    async def update(self, post_id: Id, body: PostIn, users: Injected[UserRepository]) -> PostOut:
        """Change a post."""
        found = await self.posts.find_or_fail(post_id)
        author = await users.find_or_fail(body.author_id)
        found.title, found.body, found.author_id = body.title, body.body, author.id
        return PostOut.model_validate(await self.posts.update(found))

    @delete("/{post_id}", status_code=204)
    async def remove(self, post_id: Id) -> None:
        """Delete a post with its comments."""
        await self.posts.delete(await self.posts.find_or_fail(post_id))

    @post("/{post_id}/restore")
    async def restore(self, post_id: Id) -> PostOut:
        """Restore a deleted post, and the comments that were deleted with it."""
        found = await self.posts.query().only_trashed().find_or_fail(post_id)
        return PostOut.model_validate(await self.posts.restore(found))
