"""What happens in the blog."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CommentWritten:
    """Somebody has commented on a post."""

    comment_id: int
