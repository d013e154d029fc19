"""Mail: who sends it, and who gets it when."""

import logging
from dataclasses import dataclass

from ftf.container.jobs import Job, Jobs
from ftf.http.auth import AuthMail, Links

from .events import CommentWritten
from .models import Comment, User
from .repositories import CommentRepository

_logger = logging.getLogger("blog.mail")


class Mailer:
    """Sends mail. This one only logs it; an application registers one that has a server."""

    async def send(self, to: str, subject: str, text: str) -> None:
        """Send a mail."""
        _logger.info("to %s: %s\n%s", to, subject, text)


@dataclass(frozen=True)
class SendMail(Job, attempts=5):
    """Send a mail, by and by."""

    to: str
    subject: str
    text: str

    async def handle(self, mailer: Mailer) -> None:
        """Send it."""
        await mailer.send(self.to, self.subject, self.text)


class AccountMail(AuthMail[User]):
    """Writes to users about their accounts."""

    def __init__(self, jobs: Jobs, links: Links[User]) -> None:
        self.jobs = jobs
        self.links = links

    async def send_invitation(self, user: User) -> None:
        """Send a user whom an admin has added the link that sets the first password."""
        await self.jobs.enqueue(SendMail(user.email, "Welcome to the blog", self.links.reset(user)))

    async def send_verification(self, user: User, url: str) -> None:
        """Send a new user the link that confirms the address."""
        await self.jobs.enqueue(SendMail(user.email, "Confirm your address", url))

    async def send_reset(self, user: User, url: str) -> None:
        """Send a user the link that sets a new password."""
        await self.jobs.enqueue(SendMail(user.email, "Set a new password", url))

    async def send_already_registered(self, user: User) -> None:
        """Send a user the news that a client has tried to register with their address."""
        await self.jobs.enqueue(SendMail(user.email, "You have an account", "You can log in."))


class MailAuthor:
    """Writes to the author of a post when another user has commented on it.

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
