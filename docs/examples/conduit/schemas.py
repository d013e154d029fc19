"""What Conduit takes and answers."""

import re
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from fastapi import Body, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.aliases import AliasGenerator
from pydantic_core import PydanticCustomError

T = TypeVar("T")


def storable(text: str) -> str:
    """Refuse what PostgreSQL cannot store, or UTF-8 cannot write."""
    if re.search("[\x00\ud800-\udfff]", text):
        raise PydanticCustomError("characters", "has characters that cannot be stored")
    return text


def filled(text: str) -> str:
    """Refuse a text of white space."""
    if not text.strip():
        raise PydanticCustomError("blank", "can't be blank")
    return text


def whole(text: object) -> object:
    """Refuse spellings of a number such as `1.0`, `+1` or `1_000`."""
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{1,18}", text):
        raise PydanticCustomError("whole", "must be a whole number")
    return text


Storable = Annotated[str, AfterValidator(storable)]
Filled = Annotated[Storable, AfterValidator(filled)]
Unset = Annotated[Storable | None, AfterValidator(lambda text: text or None)]
Username = Annotated[Filled, Field(max_length=100, pattern="^[^/]*$")]
Email = Annotated[Filled, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")]
Password = Annotated[Filled, Field(min_length=8, max_length=256)]
TagName = Annotated[Filled, Field(max_length=100)]
Tags = Annotated[list[TagName], AfterValidator(lambda tags: [*dict.fromkeys(tags)])]
Filter = Annotated[Storable | None, Query()]
Limit = Annotated[int, BeforeValidator(whole), Query(ge=1), AfterValidator(lambda n: min(n, 100))]
Offset = Annotated[int, BeforeValidator(whole), Query(ge=0)]
CommentId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Wrapped = Annotated[T, Body(embed=True)]  # {"user": {...}}, by the name of the parameter


class Login(BaseModel):
    """Who signs in."""

    email: Filled
    password: Filled


class NewAccount(BaseModel):
    """A new account."""

    username: Username
    email: Email
    password: Password


class AccountChange(BaseModel):
    """What changes in an account: the fields that are sent."""

    username: Username = ""
    email: Email = ""
    password: Password = ""
    bio: Unset = None
    image: Unset = None


class NewArticle(BaseModel):
    """A new article."""

    model_config = ConfigDict(alias_generator=to_camel)

    title: Filled
    description: Filled
    body: Filled
    tag_list: Tags = []


class ArticleChange(NewArticle):
    """What changes in an article: the fields that are sent."""

    title: Filled = ""
    description: Filled = ""
    body: Filled = ""


class NewComment(BaseModel):
    """A new comment."""

    body: Filled


class Out(BaseModel):
    """What Conduit answers: read from a record, written in camel case."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(serialization_alias=to_camel), from_attributes=True
    )


class UserOut(Out):
    """One's own account."""

    username: str
    email: str
    token: str
    bio: str | None
    image: str | None


class ProfileOut(Out):
    """An account as others see it."""

    username: str
    bio: str | None
    image: str | None
    following: bool


class WrittenOut(Out):
    """What an account has written."""

    created_at: datetime
    updated_at: datetime
    author: ProfileOut = Field(validation_alias="profile")


class ListedArticle(WrittenOut):
    """An article in a list."""

    slug: str
    title: str
    description: str
    tag_list: list[str]
    favorited: bool
    favorites_count: int


class ArticleOut(ListedArticle):
    """A whole article."""

    body: str


class CommentOut(WrittenOut):
    """A comment."""

    id: int
    body: str


class Articles(Out):
    """A page of articles, and how many there are on all pages."""

    articles: list[ListedArticle]
    articles_count: int


User = dict[Literal["user"], UserOut]
Profile = dict[Literal["profile"], ProfileOut]
OneArticle = dict[Literal["article"], ArticleOut]
OneComment = dict[Literal["comment"], CommentOut]
Comments = dict[Literal["comments"], list[CommentOut]]
TagNames = dict[Literal["tags"], list[str]]
