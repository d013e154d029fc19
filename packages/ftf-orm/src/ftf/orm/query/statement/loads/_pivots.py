"""`Pivots`: related records and their association rows, in one SELECT."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Row, Select, Table, inspect, select
from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute, RelationshipProperty
from sqlalchemy.orm.attributes import set_committed_value

from .._membership import is_one_of
from ._declared_loads import options
from ._eager_load import EagerLoad
from ._join_condition import constants
from ._scoped_relation import Lifted, within_scopes

type _Key = tuple[object, ...]


def refuse_other_join(relation: QueryableAttribute[Any]) -> None:
    """Raise if a relationship is not joined by an association table alone.

    Raises:
        TypeError: It has none, leads to an alias, or has more conditions than equal columns and
            constants.
    """
    prop: Any = relation.property
    if not isinstance(prop.secondary, Table) or prop.entity is not prop.mapper:
        raise TypeError(f"{relation} has no association table: load it with with_({relation})")
    constants(prop, prop.secondary)


@dataclass(frozen=True, slots=True)
class Pivots:
    """The related records of a many-to-many relationship, and their association rows.

    Args:
        relation: The relationship.
        dialect: The dialect of the database.
    """

    relation: QueryableAttribute[Any]
    dialect: Dialect

    def statement(
        self, records: Iterable[DeclarativeBase], loads: Sequence[EagerLoad], lifted: Lifted
    ) -> "Select[*tuple[Any, ...]]":
        """Return a SELECT of related records, keys of records, and further columns.

        Args:
            records: The records.
            loads: The eager loads of the related records.
            lifted: The models and scopes to leave out.
        """
        prop, table = self._prop, self._table
        model = prop.mapper.class_
        own = [column for _, column in prop.synchronize_pairs]
        rows = [*dict.fromkeys(self._key(record) for record in records)]
        fixed = constants(prop, table)
        related = within_scopes(self.relation, lifted)
        return (
            select(model, *own, *(table.c[name] for name in self._further))
            .join(table, prop.secondaryjoin)
            .where(is_one_of(own, rows, self.dialect))
            .where(*(table.c[name] == value for name, value in fixed.items()))
            .where(*related._extra_criteria)  # noqa: SLF001  # what and_() and scopes added
            .order_by(*(prop.order_by or ()))
            .options(*options(prop.mapper, loads, lifted))
        )

    def set_on(self, records: Iterable[DeclarativeBase], rows: Iterable[Row[Any]]) -> None:
        """Set the relationship on records, and the values of further columns by related key."""
        size, names = len(self._prop.synchronize_pairs), self._further
        found: dict[_Key, list[tuple[DeclarativeBase, dict[str, object]]]] = {}
        for row in rows:
            other, own, further = row[0], row[1 : size + 1], row[size + 1 :]
            pivot = dict(zip(names, further, strict=True))
            found.setdefault(tuple(own), []).append((other, pivot))
        for record in records:
            mine = found.get(self._key(record), [])
            value: Any = [other for other, _ in mine]
            if not self._prop.uselist:
                value = next(iter(value), None)
            set_committed_value(record, self.relation.key, value)
            pivots = {_identity(other): pivot for other, pivot in mine}
            setattr(record, f"{self.relation.key}_pivots", pivots)

    @property
    def _prop(self) -> RelationshipProperty[Any]:
        prop: Any = self.relation.property
        found: RelationshipProperty[Any] = prop
        return found

    @property
    def _table(self) -> Table:
        table: Any = self._prop.secondary
        found: Table = table
        return found

    @property
    def _further(self) -> list[str]:
        """The names of the columns that are not of the relationship itself."""
        prop, table = self._prop, self._table
        pairs = (*prop.synchronize_pairs, *(prop.secondary_synchronize_pairs or ()))
        own = {*(column.key for _, column in pairs), *constants(prop, table)}
        return [column.key for column in table.c if column.key not in own]

    def _key(self, record: DeclarativeBase) -> _Key:
        mapper: Mapper[Any] = inspect(record).mapper
        columns = (column for column, _ in self._prop.synchronize_pairs)
        return tuple(
            getattr(record, mapper.get_property_by_column(column).key) for column in columns
        )


def _identity(record: DeclarativeBase) -> object:
    key = inspect(record).identity or ()
    return key[0] if len(key) == 1 else key
