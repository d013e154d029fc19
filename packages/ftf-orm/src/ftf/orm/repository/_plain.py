"""`Repository`: the repository of a model without a class of its own."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ._repository import BaseRepository


class Repository[T: DeclarativeBase](BaseRepository[T]):
    """The repository of a model without a class of its own: the container makes `Repository[User]`.

    Args:
        session: The session to work in, of `session_factory(engine)`.
        model: The model.
    """

    def __init__(self, session: AsyncSession, model: type[T]) -> None:
        super().__init__(session, model)
