"""Mail: who sends it, and who gets it when."""

import logging

from .events import CommentWritten
from .models import Comment
from .repositories import CommentRepository

_logger = logging.getLogger("blog.mail")


class Mailer:
    """Sends mail. This one only logs it; an application registers one that has a server."""

    async def send(self, to: str, subject: str, text: str) -> None:
        """Send a mail."""
        _logger.info("to %s: %s\n%s", to, subject, text)


class MailAuthor:
    """Writes to the author of a post when somebody else has commented on it.

    It is called by a job, which reads what is stored by then: a comment may be deleted meanwhile.
    """

    def __init__(self, comments: CommentRepository, mailer: Mailer) -> None:
        self.comments = comments
        self.mailer = mailer

    async def handle(self, event: CommentWritten) -> None:
        """Send the mail."""
        query = self.comments.query().with_(Comment.author, "post.author")
        comment = await query.where_key(event.comment_id).first()
        if comment is None or comment.author_id == comment.post.author_id:
            return
        subject = f"{comment.author.name} on {comment.post.title}"
        await self.mailer.send(comment.post.author.email, subject, comment.body)
