"""The blog's services."""

from ftf.container import Container, ServiceProvider
from ftf.container.events import Listeners
from ftf.container.jobs import JobRegistry, Schedule

from .events import CommentWritten
from .jobs import PrunePosts
from .mail import MailAuthor, Mailer
from .repositories import CommentRepository, PostRepository, UserRepository


class BlogProvider(ServiceProvider):
    """Registers the repositories, and what happens later."""

    def register(self, container: Container) -> None:
        """Register them; each request makes the repositories around its own session."""
        for repository in (UserRepository, PostRepository, CommentRepository):
            container.register(repository, scope="scoped")
        container.register(Mailer, scope="singleton")
        Listeners.of(container).queue(CommentWritten, MailAuthor, queue="mail", attempts=5)
        JobRegistry.of(container).register(PrunePosts)
        Schedule.of(container).cron("0 3 * * *", PrunePosts(), overlap=False)
