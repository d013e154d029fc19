"""The lookup of a model's rows, without the filters that its queries have."""

from collections.abc import Mapping

from sqlalchemy import JSON, Boolean, ColumnElement, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from .._mapper import mapper_of
from ..factories._session_check import require_async_session
from ..queries._listener import UNCOUNTED

_OPTIONS = {UNCOUNTED: True}  # queries of assertions are not counted
_SHOWN_ROWS = 5
_SHOWN_CHARACTERS = 60


class Lookup:
    """The rows of a model that have certain values; `str()` shows the values.

    Args:
        session: The session that reads.
        model: The mapped class.
        where: The values by attribute.

    Raises:
        TypeError: The class is not mapped, or has no such attribute; the session is synchronous.
    """

    def __init__(self, session: AsyncSession, model: type, where: Mapping[str, object]) -> None:
        require_async_session(session)
        self._session = session
        self._model = model
        self._where = where
        self._mapper = mapper_of(model)
        # The tables of joined inheritance each have a column of the key, under one name.
        self._names = tuple(dict.fromkeys(self._mapper.columns.keys()))
        self._equal = [self._comparable(name) == value for name, value in where.items()]

    async def count(self, marked: str = "") -> int:
        """Return the number of rows, or of those where the column `marked` is true or not NULL."""
        await self._session.flush()
        also = [self._mark(marked)] if marked else []
        count = select(func.count()).select_from(self._mapper.selectable)
        rows = count.where(*self._kind(), *self._equal, *also)
        found = await self._session.scalar(rows, execution_options=_OPTIONS)
        return int(found or 0)

    async def nearest(self) -> str:
        """Return a text with the rows that have most of the values."""
        hits = sum((case((equal, 1), else_=0) for equal in self._equal), literal(0))
        columns = [self._column(name).label(name) for name in self._names]
        nearest = (
            select(*columns)
            .select_from(self._mapper.selectable)
            .where(*self._kind())
            .order_by(hits.desc(), *self._mapper.primary_key)
        )
        nearest = nearest.limit(_SHOWN_ROWS + 1)
        rows = (await self._session.execute(nearest, execution_options=_OPTIONS)).all()
        if not rows:
            return "the table has no rows"
        lines = [f"  {self._shown(row._asdict())}" for row in rows[:_SHOWN_ROWS]]
        more = ["  ..."] if len(rows) > _SHOWN_ROWS else []
        return "\n".join(["the nearest rows are:", *lines, *more])

    def __str__(self) -> str:
        return self._shown(self._where)

    def _shown(self, values: Mapping[str, object]) -> str:
        shown = ", ".join(f"{name}={_short(value)}" for name, value in values.items())
        return f"{self._model.__name__}({shown})"

    def _column(self, name: str) -> ColumnElement[object]:
        if name not in self._names:
            known = ", ".join(self._names)
            raise TypeError(f"{self._model.__name__} has no column {name!r}; it has {known}")
        column: ColumnElement[object] = self._mapper.columns[name]
        return column

    def _mark(self, name: str) -> ColumnElement[bool]:
        column = self._column(name)
        return column.is_(True) if isinstance(column.type, Boolean) else column.is_not(None)

    def _comparable(self, name: str) -> ColumnElement[object]:
        """Return a column that has `=`; PostgreSQL's `json` is cast to `jsonb`."""
        column = self._column(name)
        dialect = self._session.get_bind(self._mapper).dialect.name
        is_json = isinstance(column.type, JSON) and dialect == "postgresql"
        return cast(column, JSONB) if is_json else column

    def _kind(self) -> list[ColumnElement[bool]]:
        """Return the conditions that exclude other classes of the same table."""
        column = self._mapper.polymorphic_on
        if column is None or not self._mapper.single:
            return []
        kinds = [each.polymorphic_identity for each in self._mapper.self_and_descendants]
        return [column.in_(kinds)]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
