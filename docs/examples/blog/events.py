"""What happens in the blog."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CommentWritten:
    """A post has a new comment."""

    comment_id: int
