"""What posts and comments have in common."""

from typing import ClassVar

from pydantic import BaseModel

from ftf.http.auth import Auth, Gate, public
from ftf.http.resources import AnyPage, ResourceController
from ftf.orm import BaseRepository, Criteria

from ..models import Comment, Post, User
from ..policies import CommentPolicy, PostPolicy


class Writings[W: Post | Comment, In: BaseModel, Out: BaseModel](ResourceController[W, In, Out]):
    """A resource that everyone reads, users write, and authors change."""

    policy: ClassVar[type[PostPolicy | CommentPolicy]]

    def __init__(self, records: BaseRepository[W], auth: Auth[User], gate: Gate[User]) -> None:
        super().__init__(records)
        self.auth = auth
        self.gate = gate

    @public
    async def index(self, asked: Criteria[W]) -> AnyPage[Out]:
        """Return a page of the list."""
        return await super().index(asked)

    @public
    async def show(self, id: object, asked: Criteria[W]) -> Out:  # noqa: A002  # its name in the path
        """Return a record."""
        return await super().show(id, asked)

    async def storing(self, record: W, _body: In) -> None:
        """Make the user of the request the author."""
        await self.gate.authorize(self.policy.create)
        user = await self.auth.user()
        if user is None:  # a program, which is no author
            raise self.auth.unauthenticated()
        record.author_id = user.id

    async def found(self, key: object) -> W:
        """Return a record to change it, if the user may."""
        record = await super().found(key)
        await self.gate.authorize(self.policy.update, record)
        return record
