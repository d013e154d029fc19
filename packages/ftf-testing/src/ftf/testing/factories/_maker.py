"""The type of the fixture `factory`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


class FactoryMaker(Protocol):
    """Makes factories of records for the session of the test."""

    def __call__[F](self, kind: "Callable[[AsyncSession], F]") -> F:
        """Make a factory: `factory(UserFactory)` is `UserFactory(db_session)`.

        Args:
            kind: The class of the factory.
        """
        ...
