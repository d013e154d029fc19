"""`BaseRepository`: reads and writes of one model's records."""

from sqlalchemy.orm import DeclarativeBase

from ._bulk import BulkWrites
from ._reads import Reads
from ._writes import Writes


class BaseRepository[T: DeclarativeBase](Reads[T], Writes[T], BulkWrites[T]):
    """The reads and writes of one model's records.

    Each write commits before it returns, unless a `transaction` is open on the session. A write
    that fails raises a `ConstraintViolation`, an `InvalidValue`, a `TransactionConflict` or a
    `DatabaseUnavailable`, and leaves the session usable.

    Args:
        session: The session to work in, of `session_factory(engine)`.
        model: The model, if the class does not name it by its type argument.

    Raises:
        TypeError: There is no model, or it is not that of the class or a subclass of it.
        ValueError: The session expires records on commit.

    Examples:
        ```python
        class UserRepository(BaseRepository[User]):
            async def by_email(self, email: str) -> User | None:
                return await self.query().where(User.email == email).first()
        ```
    """
