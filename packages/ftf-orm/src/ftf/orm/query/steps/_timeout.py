"""The step that limits the time of a statement."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query

_LONGEST = (2**31 - 1) / 1_000  # PostgreSQL counts milliseconds in 32 bits


@dataclass(frozen=True, slots=True)
class Timeout[T: DeclarativeBase](Query[T]):
    """The step that limits the time of a statement."""

    def timeout(self, seconds: float) -> Self:
        """Limit the time of the statement; a terminal raises `QueryTimeout` after it.

        A transaction can go on after that. On PostgreSQL each SELECT of an eager load has the
        same limit again, on SQLite the limit is for all of them.

        Args:
            seconds: The limit, above 0.

        Raises:
            ValueError: It is not above 0, or above 24 days.
        """
        if not 0 < seconds <= _LONGEST:
            raise ValueError(f"timeout must be above 0 and at most {_LONGEST:.0f}, not {seconds}")
        return self._with(self.clauses._replace(timeout=seconds))
