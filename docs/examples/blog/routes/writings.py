"""What posts and comments have in common."""

from pydantic import BaseModel

from ftf.http.auth import Auth, public
from ftf.http.resources import AnyPage, ResourceController
from ftf.orm import BaseRepository, Criteria

from ..models import Comment, Post, User


class Writings[W: Post | Comment, In: BaseModel, Out: BaseModel](ResourceController[W, In, Out]):
    """A resource that everyone reads, and whose policy decides who writes."""

    def __init__(self, records: BaseRepository[W], auth: Auth[User]) -> None:
        super().__init__(records)
        self.auth = auth

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
        user = await self.auth.user()
        if user is None:  # a program, which is no author
            raise self.auth.unauthenticated()
        record.author_id = user.id
