"""`Query`, the base class of all steps and terminals: clauses, statement, execution."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from sqlalchemy import Dialect, FromClause, Result, Select, SQLColumnExpression, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapper

from ...models._scopes import scopes_of
from ...transactions._operation import read, read_in_savepoint
from ...transactions._statement_timeout import within
from ._clauses import NO_CLAUSES, Clauses
from ._dates import refuse_dates
from ._direction import without_direction
from ._expressions import (
    Column,
    Condition,
    element,
    foreign,
    has_subquery,
    is_among,
    refuse_relationship,
    refuse_value,
    sources,
)
from ._select import about_model, refuse_open_order, with_page, with_records, with_rows
from .loads._declared_loads import leads_to_scopes, options


@dataclass(frozen=True, slots=True)
class Query[T: DeclarativeBase]:
    """A query for the records of one model; every step returns a new query.

    Subclasses add methods, but no fields.

    Args:
        session: The session to run in.
        model: The model to query.
        clauses: The clauses of the query so far; without them, the query has the model's scopes.
    """

    session: AsyncSession
    model: type[T]
    clauses: Clauses = NO_CLAUSES

    def __post_init__(self) -> None:
        if self.clauses is NO_CLAUSES and (scopes := scopes_of(self._mapper)):
            object.__setattr__(self, "clauses", Clauses(model_scopes=scopes))

    def when(
        self,
        condition: object,
        then: Callable[[Self], Self],
        otherwise: Callable[[Self], Self] | None = None,
    ) -> Self:
        """Apply a step if a condition is true, or another one, if there is one, if it is not."""
        step = then if condition else otherwise
        return self if step is None else applied(step, self)

    def unless(self, condition: object, then: Callable[[Self], Self]) -> Self:
        """Apply a step if a condition is false."""
        return self if condition else applied(then, self)

    def tap(self, look: Callable[[Self], object]) -> Self:
        """Call a function with the query, and return the query unchanged."""
        look(self)
        return self

    def fresh(self) -> Self:
        """Read records again that are in the session already.

        Their changes are flushed before. Their relationships are no longer loaded, unless the
        query eager loads them.
        """
        return self._with(self.clauses._replace(fresh=True))

    def statement(self) -> "Select[T]":
        """Return the query as a SQLAlchemy statement.

        The values of `with_count` and its like follow the record in each row.

        Raises:
            ValueError: It sorts records by a column that a join multiplies.
        """
        clauses = self.clauses
        refuse_open_order(clauses)
        statement: Select[T] = select(self.model, *clauses.computed)  # type: ignore[assignment]
        found = with_records(clauses, statement, self._mapper)
        statement = with_page(self._ordered(), found, self.model)
        loads = [*options(self._mapper, clauses.loads, clauses.lifted), *clauses.column_loads]
        statement = statement.options(*loads) if loads else statement
        if clauses.read_again:
            statement = statement.execution_options(populate_existing=True)
        return statement

    def to_sql(self, *, literals: bool = False) -> str:
        """Return the SQL of the query for the session's database.

        Args:
            literals: Whether to write values instead of placeholders; for readers, not to execute.
        """
        options = {"literal_binds": True} if literals else {}
        return str(self.statement().compile(dialect=self._dialect, compile_kwargs=options))

    @property
    def _mapper(self) -> Mapper[T]:
        mapper: Mapper[T] = self.model.__mapper__
        return mapper

    @property
    def _dialect(self) -> Dialect:
        return self.session.get_bind().dialect

    @property
    def _hides_nothing(self) -> bool:
        """Whether it finds all records, and all records that models declare to be loaded."""
        return self.clauses is NO_CLAUSES and not leads_to_scopes(self._mapper)

    @property
    def _joins_by_itself(self) -> bool:
        # Of subclasses too: with_polymorphic="*" loads them in the same statement.
        return any(
            relation.lazy in {"joined", False}
            for mapper in self._mapper.self_and_descendants
            for relation in mapper.relationships
        )

    def _checked(self, conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
        for condition in conditions:
            refuse_value(condition)
            refuse_dates(condition)
            self._refuse_foreign(condition)
        return conditions

    def _refuse_foreign(self, expression: object) -> None:
        refuse_relationship(expression)
        known = self._mapper.tables
        for source in sources(expression):
            if source not in known and not self._joins(source):
                raise foreign(expression, source, self.model)

    def _joins(self, source: FromClause) -> bool:
        return any(source in join.sources for join in self.clauses.joins)

    def _values[V](
        self, column: SQLColumnExpression[object], statement: "Select[V]"
    ) -> "Select[V]":
        """Return a statement with a row for each record, or for each match of a joined column."""
        if not set(sources(column)).issubset(self._mapper.tables):
            return with_rows(self.clauses, statement)
        refuse_open_order(self.clauses)
        return with_records(self.clauses, statement, self._mapper)

    def _plucked[V](self, column: SQLColumnExpression[V]) -> "Select[V]":
        """Return a SELECT of the values of a column in the records."""
        self._refuse_foreign(column)
        values: Select[V] = self._values(column, select(column).select_from(self.model))
        if not self.clauses.distinct:
            return with_page(self._ordered(), values, self.model)
        _refuse_other_order(column, self.clauses.order)
        return with_page(self.clauses, values, self.model).distinct()

    async def _execute[*Row](self, statement: "Select[*Row]") -> "Result[*Row]":
        return await self._run(lambda: self.session.execute(statement))

    async def _scalar[V](self, statement: "Select[V]") -> V | None:
        return await self._run(lambda: self.session.scalar(statement))

    async def _run[R](self, run: Callable[[], Awaitable[R]]) -> R:
        clauses, seconds = self.clauses, self.clauses.timeout
        if seconds is not None:
            limited = partial(within, self.session, self._mapper, seconds, run)
            return await read_in_savepoint(self.session, limited)
        if clauses.lock is not None and clauses.lock.nowait:
            return await read_in_savepoint(self.session, run)
        # Without a flush, populate_existing would overwrite pending changes.
        return await read(self.session, run, flush=clauses.read_again)

    def _keys(self) -> "Select[*tuple[Any, ...]]":
        """Return a SELECT of the primary keys, for a condition of another query."""
        refuse_open_order(self.clauses)
        keys = select(*self._mapper.primary_key).select_from(self.model)
        records = with_records(self.clauses, keys, self._mapper)
        return with_page(self._ordered(), records, self.model).correlate(None)

    def _rows(self, *, of_insert: bool = False) -> tuple[Condition, ...]:
        """Return the conditions that the query's records meet, and no others, scopes included.

        They are about the model alone, so an UPDATE or DELETE can use them.

        Args:
            of_insert: Whether they are for ON CONFLICT, to whose row SQLAlchemy does not correlate
                the subqueries of a condition.
        """
        if self.clauses.is_cut or self.clauses.lock is not None:
            return (is_among(self._mapper.primary_key, self._keys()),)
        conditions = about_model(self.clauses, self._mapper)
        if of_insert and any(map(has_subquery, conditions)):
            return (is_among(self._mapper.primary_key, self._keys()),)
        return conditions

    @abstractmethod
    def _ordered(self) -> Clauses:
        """Return the clauses with the order that the query is executed in."""

    def _with(self, clauses: Clauses) -> Self:
        return type(self)(self.session, self.model, clauses)


def _refuse_other_order(column: Column, order: Iterable[Column]) -> None:
    for by in order:
        sorted_by = without_direction(by)
        if not element(column).compare(sorted_by):
            raise ValueError(f"distinct values of {column} cannot be sorted by {sorted_by}")


def applied[Q: Query[Any]](step: Callable[[Q], Q], query: Q) -> Q:
    """Apply a step that a function takes.

    Raises:
        TypeError: The function does not return the query with its step.
    """
    found: object = step(query)
    if not isinstance(found, type(query)) or found.model is not query.model:
        name = query.model.__name__
        raise TypeError(f"{step} has to return its query for {name} with a step, not {found!r}")
    return found
