"""What the blog takes and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from ftf.http.resources import MISSING, Count
from ftf.http.types import Email, Line, Text
from ftf.orm import Exists

from .models import Post, Role

Name = Annotated[Line, Field(max_length=100)]


class PostIn(BaseModel):
    """What an author says about a post."""

    title: Line
    body: Text


class CommentIn(BaseModel):
    """What a user says about a post."""

    body: Text


class Invitation(BaseModel):
    """What an admin says about a new user."""

    name: Name
    email: Email


class UserIn(BaseModel):
    """What users say about themselves."""

    name: Name


class Grant(BaseModel):
    """The roles that an admin gives a user."""

    roles: Annotated[list[Annotated[str, Exists(Role.name)]], Field(max_length=10)]


class Author(BaseModel):
    """The author of a post or a comment."""

    id: int
    name: str


class CommentOut(BaseModel):
    """A comment with its author."""

    id: int
    body: str
    post_id: int
    author: Author
    created_at: datetime


class PostOut(BaseModel):
    """A post with its author, and with comments where they are included."""

    id: int
    title: str
    body: str
    author: Author
    comments_count: Annotated[int, Count(Post.comments)]
    comments: list[CommentOut] | MISSING = MISSING
    created_at: datetime
    updated_at: datetime


class RoleOut(BaseModel):
    """A role of a user."""

    name: str


class UserOut(BaseModel):
    """A user, as everyone sees them."""

    id: int
    name: str
    roles: list[RoleOut]
    created_at: datetime


class Me(UserOut):
    """A user, as they see themselves."""

    email: str
