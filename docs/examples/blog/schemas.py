"""What the blog takes and answers."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
PageSize = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(description="The next or previous cursor of another page.")]

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
# PostgreSQL stores any text but the character NUL.
Text = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*$")]
Name = Annotated[Text, Field(max_length=100)]
Title = Annotated[Text, Field(max_length=200)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$")]


class UserIn(BaseModel):
    """What a client says about a user."""

    name: Name
    email: Email


class PostIn(BaseModel):
    """What a client says about a post."""

    title: Title
    body: Text
    author_id: Id


class CommentPatch(BaseModel):
    """What may change on a comment."""

    body: Text


class CommentIn(CommentPatch):
    """What a client says about a comment."""

    author_id: Id
    post_id: Id


class Out(BaseModel):
    """What the blog answers: read from a record's attributes."""

    model_config = ConfigDict(from_attributes=True)

    id: int


class Author(Out):
    """Who wrote something."""

    name: str


class RoleOut(Out):
    """What a user may do."""

    name: str


class UserOut(Out):
    """A user."""

    name: str
    email: str
    created_at: datetime


class UserDetail(UserOut):
    """A user with roles."""

    roles: list[RoleOut]


class PostOut(Out):
    """A post."""

    title: str
    body: str
    author_id: int
    created_at: datetime
    updated_at: datetime


class CommentOut(Out):
    """A comment."""

    body: str
    author_id: int
    post_id: int
    created_at: datetime


class CommentDetail(CommentOut):
    """A comment with its author."""

    author: Author


class PostDetail(PostOut):
    """A post with its author and comments."""

    author: Author
    comments: list[CommentDetail]
