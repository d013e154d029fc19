"""Where the blog's records come from and go to."""

from ftf.orm import BaseRepository, QueryBuilder

from .models import Comment, Post, User


class UserRepository(BaseRepository[User]):
    """The users, with their roles where they are shown."""

    def detailed(self) -> QueryBuilder[User]:
        """Query users with their roles."""
        return self.query().with_(User.roles)


class PostRepository(BaseRepository[Post]):
    """The posts, with their authors and comments where they are shown."""

    def detailed(self) -> QueryBuilder[Post]:
        """Query posts with their authors, comments and who wrote those: four queries in all."""
        return self.query().with_(Post.author, "comments.author")


class CommentRepository(BaseRepository[Comment]):
    """The comments."""

    def of_post(self, post_id: int | None) -> QueryBuilder[Comment]:
        """Query the comments of one post, or of all."""
        query = self.query().with_(Comment.author)
        return query.unless(post_id is None, lambda q: q.where(Comment.post_id == post_id))
