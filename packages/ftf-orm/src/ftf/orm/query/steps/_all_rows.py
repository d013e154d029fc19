"""The step that allows `update` and `delete` to write every row."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query


@dataclass(frozen=True, slots=True)
class AllRows[T: DeclarativeBase](Query[T]):
    """The step that allows `update` and `delete` to write every row."""

    def all_rows(self) -> Self:
        """Allow `update`, `delete`, `increment` and `decrement` to write every row.

        Without it they refuse a query without a condition. It removes no condition.
        """
        return self._with(self.clauses._replace(all_rows=True))
