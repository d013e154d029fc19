"""Where a model's records come from and go to."""

from types import get_original_bases
from typing import get_args, get_origin

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ._writing import writing
from .exceptions import RecordNotFound
from .query import QueryBuilder


class BaseRepository[T: DeclarativeBase]:
    """Finds and stores the records of one model, each write committed when it returns.

    Args:
        session: The session to work in.

    Example:
        class UserRepository(BaseRepository[User]):
            async def by_email(self, email: str) -> User | None:
                return await self.query().where(User.email == email).first()
    """

    model: type[T]

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        model = _model_of(cls)
        if isinstance(model, type):
            cls.model = model

    def __init__(self, session: AsyncSession) -> None:
        if not hasattr(self, "model"):
            name = type(self).__name__
            raise TypeError(f"{name} has no model: class {name}(BaseRepository[TheModel])")
        self.session = session

    async def create(self, instance: T) -> T:
        """Store a new record.

        Raises:
            DuplicateRecord: A value that has to be unique is there already.
        """
        async with writing(self.session):
            self.session.add(instance)
        return instance

    async def find(self, key: object) -> T | None:
        """Find the record with a primary key."""
        return await self.session.get(self.model, key)

    async def find_or_fail(self, key: object) -> T:
        """Find the record with a primary key.

        Raises:
            RecordNotFound: There is none.
        """
        if (instance := await self.find(key)) is None:
            raise RecordNotFound(self.model)
        return instance

    async def all(self, limit: int = 100, offset: int = 0) -> list[T]:
        """List records in the order of their primary key."""
        return await self.query().order_by_key().limit(limit).offset(offset).get()

    async def update(self, instance: T) -> T:
        """Store what was changed on a record.

        Raises:
            DuplicateRecord: A value that has to be unique is there already.
        """
        async with writing(self.session):
            self.session.add(instance)
        return instance

    async def delete(self, instance: T) -> None:
        """Remove a record."""
        async with writing(self.session):
            await self.session.delete(instance)

    async def count(self) -> int:
        """Count the records."""
        return await self.query().count()

    def query(self) -> QueryBuilder[T]:
        """Start a query for records."""
        return QueryBuilder(self.session, self.model)


def _model_of(repository: type) -> object:
    """Follow the type arguments of a repository's bases down to those of `BaseRepository`."""
    bases = ((get_origin(base) or base, get_args(base)) for base in get_original_bases(repository))
    base, arguments = next(found for found in bases if issubclass(found[0], BaseRepository))
    model = base.__type_params__[0] if base is BaseRepository else _model_of(base)
    return dict(zip(base.__type_params__, arguments, strict=False)).get(model, model)
