"""`RepositoryBase`: the session, the model and the query that reads and writes begin with."""

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..query import QueryBuilder
from ..transactions._session_factory import refuse_expiring
from ._model import model_of, refuse_model


class RepositoryBase[T: DeclarativeBase]:
    """The session, the model and the query that reads and writes begin with."""

    model: type[T]

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        model = model_of(cls, RepositoryBase)
        if isinstance(model, type):
            cls.model = model

    def __init__(self, session: AsyncSession, model: type[T] | None = None) -> None:
        refuse_expiring(session, type(self).__name__)
        self.session = session
        if model is not None:
            refuse_model(model, getattr(self, "model", DeclarativeBase), type(self).__name__)
            self.model = model
        if not hasattr(self, "model"):
            raise TypeError(
                f"{type(self).__name__} has no model: name it in the class, as in class "
                "UserRepository(BaseRepository[User]), or pass it: BaseRepository(session, User)"
            )

    def query(self) -> QueryBuilder[T]:
        """Return a query for the records.

        All reads of the repository begin with it: a record that an overridden `query` leaves out
        is not found by its key either. Its conditions belong into `within`, which no `or_where` of
        a caller widens.
        """
        return QueryBuilder(self.session, self.model)

    def _refuse_other(self, record: object) -> None:
        if not isinstance(record, self.model):
            own, name = self.model.__name__, type(record).__name__
            raise TypeError(f"{type(self).__name__} is for records of {own}, not {name}")

    @property
    def _metadata(self) -> MetaData:
        return self.model.metadata
