"""The blog's services."""

from ftf.container import Container, ServiceProvider
from ftf.container.events import Listeners
from ftf.container.jobs import JobRegistry, Schedule
from ftf.http.auth import AuthMail

from .events import CommentWritten
from .jobs import PruneLogins, PrunePosts
from .mail import AccountMail, MailAuthor, Mailer, SendMail
from .models import User
from .repositories import CommentRepository, PostRepository, UserRepository


class BlogProvider(ServiceProvider):
    """Registers the repositories and mail, and what happens later."""

    def register(self, container: Container) -> None:
        """Register them; each request makes the repositories around its own session."""
        for service in (UserRepository, PostRepository, CommentRepository, AccountMail):
            container.register(service, scope="scoped")
        container.register(AuthMail[User], AccountMail, scope="scoped")
        container.register(Mailer, scope="singleton")
        Listeners.of(container).queue(CommentWritten, MailAuthor, queue="mail", attempts=5)
        for job in (PruneLogins, PrunePosts, SendMail):
            JobRegistry.of(container).register(job)
        for nightly in (PruneLogins(), PrunePosts()):
            Schedule.of(container).cron("0 3 * * *", nightly, overlap=False)
