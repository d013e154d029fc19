"""`Rules`: the rules of one request, and the values that they are asked about."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..exceptions import (
    DuplicateRecord,
    Fault,
    ForeignKeyViolation,
    RuleViolation,
    SerializationFailure,
)
from ..query import QueryBuilder, applied
from ._candidate import Candidate
from ._exists import Exists
from ._unique import Unique

type Rule[R: DeclarativeBase] = Exists[R] | Unique
type Visibility[R: DeclarativeBase] = Callable[
    [type[object], QueryBuilder[R]], Awaitable[QueryBuilder[R]]
]

MOST = 100
_EXPLAINED = (DuplicateRecord, ForeignKeyViolation, SerializationFailure)


class Rules:
    """The rules of one request: one query each, however many values they are asked about.

    Args:
        session: The session to read in.
        visibility: Returns a query narrowed by the class that is the `visible` of an `Exists`.
        most: How many values one rule may be asked about.

    Examples:
        ```python
        rules = Rules(session)
        rules.add(Unique(Product.sku), "/sku", body.sku)
        await rules.check()
        async with rules.explaining():
            await products.create(Product(sku=body.sku))
        ```
    """

    def __init__(
        self,
        session: AsyncSession,
        *,
        visibility: Visibility[DeclarativeBase] | None = None,
        most: int = MOST,
    ) -> None:
        self.session = session
        self._visibility = visibility
        self._most = most
        self._asked: dict[Rule[Any], list[Candidate]] = {}
        self._order: dict[str, int] = {}

    def add[R: DeclarativeBase](
        self,
        rule: Exists[R] | Unique,
        pointer: str,
        *values: object,
        record: DeclarativeBase | None = None,
    ) -> None:
        """Ask a rule about a value, or values for each of its columns; about None it is not asked.

        Args:
            rule: The rule.
            pointer: Where the value is, as a JSON pointer, for the fault.
            values: The value; for a rule of several columns, one for each of them.
            record: The stored record that is to have the value, which may have it already.

        Raises:
            ValueError: There is not a value for each column.
        """
        if len(values) != len(rule.columns):
            raise ValueError(f"the rule has {len(rule.columns)} columns, but {len(values)} values")
        if None in values:
            return
        identity = () if record is None else inspect(record).identity or ()
        self._asked.setdefault(rule, []).append(Candidate(pointer, values, identity))
        self._order.setdefault(pointer, len(self._order))

    async def check(self) -> None:
        """Raise if a rule is broken. It reads only, and flushes nothing.

        Raises:
            RuleViolation: A rule is broken, or is asked about too many values: then no query ran.
            TypeError: The `visible` of a rule is a class, and there is no `visibility`.
        """
        if faults := self._too_many() or await self._faults():
            raise RuleViolation(faults)

    @asynccontextmanager
    async def explaining(self) -> AsyncIterator[None]:
        """Raise what the rules find, if the database refuses the writes of the block.

        Another transaction has then written between the check and the block, and the error is the
        one that `check` would raise now. An error that no rule explains stays as it is. Put a
        `transaction` inside of the block: after it is rolled back the rules read what is stored.

        Raises:
            RuleViolation: A rule is broken now.
        """
        try:
            yield
        except _EXPLAINED as error:
            if faults := await self._faults():
                raise RuleViolation(faults) from error
            raise

    def _too_many(self) -> list[Fault]:
        detail, facts = f"must be one of at most {self._most}", {"maximum": self._most}
        beyond = (
            asked[self._most].pointer for asked in self._asked.values() if asked[self._most :]
        )
        return [Fault(pointer, "too_many", detail, facts) for pointer in beyond]

    async def _faults(self) -> list[Fault]:
        found: list[Fault] = []
        with self.session.no_autoflush:
            for rule, asked in self._asked.items():
                found += await rule.faults(self.session, await self._query(rule), asked)
        return sorted(found, key=lambda fault: self._order[fault.pointer])

    async def _query(self, rule: Rule[Any]) -> QueryBuilder[Any]:
        query = QueryBuilder(self.session, rule.model)
        visible = rule.visible if isinstance(rule, Exists) else None
        if visible is None:
            return query
        if not isinstance(visible, type):
            return applied(visible, query)
        if self._visibility is None:
            raise TypeError(
                f"visible={visible.__name__} is a class whose meaning these rules do not know: "
                "pass Rules(session, visibility=...), or a function that takes and returns a query"
            )
        return await self._visibility(visible, query)
