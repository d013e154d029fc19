"""Posts over HTTP."""

from fastapi import APIRouter

from ftf.http import Injected
from ftf.orm import Page

from ..models import Post
from ..repositories import PostRepository, UserRepository
from ..schemas import Id, PageNumber, PageSize, PostDetail, PostIn, PostOut

router = APIRouter(prefix="/posts", tags=["posts"])


@router.get("")
async def index(
    posts: Injected[PostRepository], page: PageNumber = 1, per_page: PageSize = 20
) -> Page[PostDetail]:
    """List posts with authors and comments, the newest first, a page at a time."""
    found = await posts.detailed().latest().paginate(page, per_page)
    return found.map(PostDetail.model_validate)


@router.post("", status_code=201)
async def create(
    body: PostIn, posts: Injected[PostRepository], users: Injected[UserRepository]
) -> PostOut:
    """Publish a post."""
    await users.find_or_fail(body.author_id)
    return PostOut.model_validate(await posts.create(Post(**body.model_dump())))


@router.get("/{post_id}")
async def show(post_id: Id, posts: Injected[PostRepository]) -> PostDetail:
    """Show a post with its author and comments."""
    found = await posts.detailed().where_key(post_id).first_or_fail()
    return PostDetail.model_validate(found)


@router.put("/{post_id}")
async def update(
    post_id: Id,
    body: PostIn,
    posts: Injected[PostRepository],
    users: Injected[UserRepository],
) -> PostOut:
    """Change a post."""
    post = await posts.find_or_fail(post_id)
    author = await users.find_or_fail(body.author_id)
    post.title, post.body, post.author_id = body.title, body.body, author.id
    return PostOut.model_validate(await posts.update(post))


@router.delete("/{post_id}", status_code=204)
async def delete(post_id: Id, posts: Injected[PostRepository]) -> None:
    """Remove a post with its comments."""
    await posts.delete(await posts.find_or_fail(post_id))
