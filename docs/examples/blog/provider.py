"""The blog's services."""

from ftf.container import Container, ServiceProvider

from .repositories import CommentRepository, PostRepository, UserRepository


class BlogProvider(ServiceProvider):
    """Registers the repositories."""

    def register(self, container: Container) -> None:
        """Register the repositories; each request makes them around its own session."""
        for repository in (UserRepository, PostRepository, CommentRepository):
            container.register(repository, scope="scoped")
