"""Comments over HTTP."""

from starlette.requests import HTTPConnection

from ftf.container.events import Events
from ftf.http import Reply
from ftf.http.auth import Auth
from ftf.http.limits import throttle
from ftf.orm import FilterSet

from ..events import CommentWritten
from ..models import Comment, User
from ..policies import CommentPolicy
from ..repositories import CommentRepository
from ..schemas import CommentIn, CommentOut
from .writings import Writings


class Comments(Writings[Comment, CommentIn, CommentOut]):
    """The comments of a post, the oldest first."""

    prefix = "/posts/{post}/comments"
    tags = ("comments",)
    parent = Comment.post
    policy = CommentPolicy
    filters = FilterSet(Comment, sorts=(Comment.created_at,), default="created_at")

    def __init__(self, records: CommentRepository, auth: Auth[User], events: Events) -> None:
        super().__init__(records, auth)
        self.events = events

    @throttle("comments")
    async def store(self, body: CommentIn, connection: HTTPConnection) -> Reply[CommentOut]:
        """Comment on a post."""
        return await super().store(body, connection)

    async def stored(self, record: Comment, _body: CommentIn) -> None:
        """Announce the comment: it and the job of the mail are stored together, or neither."""
        await self.events.dispatch(CommentWritten(record.id))
