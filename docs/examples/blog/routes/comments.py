"""Comments over HTTP."""

from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container.events import Events
from ftf.http import Controller, Injected, delete, get, patch, post
from ftf.orm import Page, transaction

from ..events import CommentWritten
from ..models import Comment
from ..repositories import CommentRepository, PostRepository, UserRepository
from ..schemas import (
    CommentDetail,
    CommentIn,
    CommentOut,
    CommentPatch,
    Id,
    PageNumber,
    PageSize,
)


class Comments(Controller):
    """Comments on posts."""

    prefix = "/comments"
    tags = ("comments",)

    def __init__(self, comments: CommentRepository) -> None:
        self.comments = comments

    @get()
    async def index(
        self, post_id: Id | None = None, page: PageNumber = 1, per_page: PageSize = 20
    ) -> Page[CommentDetail]:
        """List the comments of one post or of all, the oldest first, a page at a time."""
        found = await self.comments.of_post(post_id).oldest().paginate(page, per_page)
        return found.map(CommentDetail.model_validate)

    @post(status_code=201)
    async def create(
        self,
        body: CommentIn,
        posts: Injected[PostRepository],
        users: Injected[UserRepository],
        session: Injected[AsyncSession],
        events: Injected[Events],
    ) -> CommentOut:
        """Comment on a post, whose author gets a mail."""
        await posts.find_or_fail(body.post_id)
        await users.find_or_fail(body.author_id)
        async with transaction(session):  # the comment and the job of the mail, or neither
            comment = await self.comments.create(Comment(**body.model_dump()))
            await events.dispatch(CommentWritten(comment.id))
        return CommentOut.model_validate(comment)

    @get("/{comment_id}")
    async def show(self, comment_id: Id) -> CommentDetail:
        """Show a comment with its author."""
        query = self.comments.of_post(None).where_key(comment_id)
        return CommentDetail.model_validate(await query.first_or_fail())

    @patch("/{comment_id}")
    async def update(self, comment_id: Id, body: CommentPatch) -> CommentOut:
        """Change what a comment says."""
        comment = await self.comments.find_or_fail(comment_id)
        comment.body = body.body
        return CommentOut.model_validate(await self.comments.update(comment))

    @delete("/{comment_id}", status_code=204)
    async def remove(self, comment_id: Id) -> None:
        """Remove a comment."""
        await self.comments.delete(await self.comments.find_or_fail(comment_id))
