"""How a resource writes a record: its rules, its hooks, and what the database refuses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

from pydantic import BaseModel
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase

from ftf.orm import ForeignKeyViolation, NotNullViolation, Rules

from ._records import ResourceRecords
from .bodies._change import Change, Values, written
from .bodies._rules_in import RulesAt, ask
from .bodies._storable import naming_fields


class ResourceWrites[M: DeclarativeBase, In: BaseModel, Out: BaseModel](
    ResourceRecords[M, In, Out]
):
    """How a resource writes a record, by itself or among others."""

    def _new(self, body: In) -> tuple[M, Values]:
        """Return a record that is not stored yet, and the values that it has of a body."""
        resource = self._resource()
        values = written(body, resource.fields)
        record = cast("M", resource.model(**values))
        for name, key in self._of_parent.items():
            setattr(record, name, key)
        return record, values

    async def _store(self, record: M, body: In) -> object:
        """Store a new record in the open transaction, and return its key."""
        await self.storing(record, body)
        await self.records.create(record)
        await self.stored(record, body)
        (key,) = inspect(record).identity or (None,)
        return key

    async def _changing(self, key: object, ability: str) -> M:
        """Return a record that the user may change, and that has the version of `If-Match`."""
        record = await self.found(key)
        await self.authorize(ability, record)
        self._expected.check(getattr(record, self._resource().version or "__class__"))
        return record

    async def _change(self, record: M, values: Mapping[str, object]) -> None:
        """Change a record in the open transaction."""
        for name, value in values.items():
            setattr(record, name, value)
        await self.updating(record, values)
        await self.records.update(record)
        await self.updated(record, values)
        if self._resource().refers(values):
            await self.authorize("update", record)

    async def _destroy(self, record: M) -> None:
        """Delete a record in the open transaction."""
        await self.destroying(record)
        try:
            await self.records.delete(record)
        except NotNullViolation as error:
            # The ORM removes references to a record first, which those that need one refuse.
            raise ForeignKeyViolation(error.columns, error.constraint) from error
        await self.destroyed(record)

    def _rules(self) -> Rules:
        """Return rules that ask what the user may see."""
        return Rules(self.records.session, visibility=self._visibility)

    def _ask_new(self, rules: Rules | RulesAt, body: BaseModel) -> None:
        """Ask the rules of a body about a new record."""
        if self._resource().has_rules:
            ask(rules, body, values=self._of_parent)

    def _ask_change(self, rules: Rules | RulesAt, change: Change, record: M) -> None:
        """Ask the rules of a body about what a change writes; not if it is not valid as a whole."""
        if self._resource().has_rules and change.body is not None:
            known, names = self._of_parent, change.values
            ask(rules, change.body, records=[record], values=known, names=names)

    @property
    def _of_parent(self) -> Values:
        resource = self._resource()
        return {resource.foreign_key: self._parent_key} if resource.parent is not None else {}

    @contextmanager
    def _naming(self, values: Mapping[str, object]) -> Iterator[None]:
        """Name the fields whose values a column does not hold, if the block stores one."""
        resource, bind = self._resource(), self.records.session.get_bind()
        with naming_fields(values, resource.model, resource.body, bind.dialect):
            yield
