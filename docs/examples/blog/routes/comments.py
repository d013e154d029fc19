"""Comments over HTTP."""

from fastapi import APIRouter

from ftf.http import Injected
from ftf.orm import Page

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

router = APIRouter(prefix="/comments", tags=["comments"])


@router.get("")
async def index(
    comments: Injected[CommentRepository],
    post_id: Id | None = None,
    page: PageNumber = 1,
    per_page: PageSize = 20,
) -> Page[CommentDetail]:
    """List the comments of one post or of all, the oldest first, a page at a time."""
    found = await comments.of_post(post_id).oldest().paginate(page, per_page)
    return found.map(CommentDetail.model_validate)


@router.post("", status_code=201)
async def create(
    body: CommentIn,
    comments: Injected[CommentRepository],
    posts: Injected[PostRepository],
    users: Injected[UserRepository],
) -> CommentOut:
    """Comment on a post."""
    await posts.find_or_fail(body.post_id)
    await users.find_or_fail(body.author_id)
    return CommentOut.model_validate(await comments.create(Comment(**body.model_dump())))


@router.get("/{comment_id}")
async def show(comment_id: Id, comments: Injected[CommentRepository]) -> CommentDetail:
    """Show a comment with its author."""
    found = await comments.of_post(None).where_key(comment_id).first_or_fail()
    return CommentDetail.model_validate(found)


@router.patch("/{comment_id}")
async def update(
    comment_id: Id, body: CommentPatch, comments: Injected[CommentRepository]
) -> CommentOut:
    """Change what a comment says."""
    comment = await comments.find_or_fail(comment_id)
    comment.body = body.body
    return CommentOut.model_validate(await comments.update(comment))


@router.delete("/{comment_id}", status_code=204)
async def delete(comment_id: Id, comments: Injected[CommentRepository]) -> None:
    """Remove a comment."""
    await comments.delete(await comments.find_or_fail(comment_id))
