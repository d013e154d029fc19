"""`Unique`: the rule that no other record has a value."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, inspect, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..exceptions import Fault
from ..query import QueryBuilder, element
from ._candidate import Candidate, can_be, impossible, refuse_other
from ._unique_index import covering, unique_index


class Unique:
    """The rule that no other record has a value, or values of several columns together.

    The database decides by its unique index, and the rule explains: it asks about the rows that
    the index has, soft-deleted ones too unless the index leaves them out. The rule is an
    annotation, such as `Annotated[str, Unique(User.email)]`, which does nothing by itself; `Rules`
    asks it.

    Args:
        columns: The columns that are unique together.
        ignore_case: Whether texts that differ in case are the same; it needs a unique index on
            `lower(column)`.

    Raises:
        TypeError: A column is not an attribute of a model.
        ValueError: There is no column, or they are of several models.
    """

    def __init__(self, *columns: SQLColumnExpression[object], ignore_case: bool = False) -> None:
        models = {refuse_other(column, "Unique()"): None for column in columns}
        if len(models) != 1:
            raise ValueError("Unique() takes the columns of one model")
        self.model: type[DeclarativeBase] = next(iter(models))
        self.columns = columns
        self.ignore_case = ignore_case

    @property
    def has_index(self) -> bool:
        """Whether the database decides: without a unique index, two requests at once both pass."""
        return unique_index(self.model, [*self._compared()]) is not None

    async def faults[R: DeclarativeBase](
        self, session: AsyncSession, query: QueryBuilder[R], candidates: Sequence[Candidate]
    ) -> list[Fault]:
        """Return a fault for each candidate that another record or candidate has, after one query.

        Args:
            session: The session to read in.
            query: A query for the records, whose scopes count if there is no unique index.
            candidates: What must not be there.
        """
        possible = [it for it in candidates if can_be(it, self.columns, session)]
        taken = await self._taken(covering(query, [*self._compared()]), possible)
        seen: set[object] = set()
        found = []
        for candidate in candidates:
            same = self._folded(candidate.values)
            if candidate not in possible:
                found.append(impossible(candidate))
            elif candidate in taken or same in seen:
                found.append(self._fault(candidate))
            seen.add(same)
        return found

    def _fault(self, candidate: Candidate) -> Fault:
        names = tuple(getattr(column, "key", "") for column in self.columns)
        facts = {"columns": names} if len(names) > 1 else {}
        return Fault(candidate.pointer, "unique", "is taken by another record", facts)

    async def _taken[R: DeclarativeBase](
        self, query: QueryBuilder[R], candidates: Sequence[Candidate]
    ) -> list[Candidate]:
        if not candidates:
            return []
        others = (query.where(*self._conditions(it))._ones().exists() for it in candidates)  # noqa: SLF001  # of this package
        asked = select(*(one.label(f"taken_{place}") for place, one in enumerate(others)))
        row = (await query._execute(asked)).one()  # noqa: SLF001  # of this package
        return [it for it, is_taken in zip(candidates, row, strict=True) if is_taken]

    def _conditions(self, candidate: Candidate) -> Iterator[ColumnElement[bool]]:
        for column, value in zip(self.columns, candidate.values, strict=True):
            ignore = self.ignore_case and isinstance(value, str)
            yield func.lower(column) == func.lower(value) if ignore else column == value
        if candidate.identity:
            key = inspect(self.model).primary_key
            pairs = zip(key, candidate.identity, strict=True)
            yield not_(and_(*(part == value for part, value in pairs)))

    def _folded(self, values: tuple[object, ...]) -> tuple[object, ...]:
        if not self.ignore_case:
            return values
        return tuple(value.lower() if isinstance(value, str) else value for value in values)

    def _compared(self) -> Iterator[ColumnElement[Any]]:
        for column in self.columns:
            of_text = self.ignore_case and element(column).type.python_type is str
            yield func.lower(element(column)) if of_text else element(column)
