"""The association table of a many-to-many relationship."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Insert,
    RowMapping,
    Table,
    Update,
    and_,
    bindparam,
    inspect,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute, RelationshipProperty

from ..bulk._rows import Row, grouped, has_expression
from ..query import constants, is_one_of, refuse_other_type

type Values = Mapping[str, object]

# SQLAlchemy reserves the names of columns for values of SET.
_RELATED, _FURTHER = "related_key", "further_"


@dataclass(frozen=True, slots=True)
class Pivot:
    """The association-table rows of one record, and only of one relationship.

    Args:
        table: The table.
        own_keys: The values that every row has, by column: the keys of the record, and the
            constants of the join condition.
        related_key: The column that refers to the related records.
        dialect: The dialect of the database.
    """

    table: Table
    own_keys: Values
    related_key: Column[Any]
    dialect: Dialect

    @classmethod
    def of(
        cls, record: DeclarativeBase, attribute: QueryableAttribute[Any], dialect: Dialect
    ) -> "Pivot":
        """Return the association-table rows of a record.

        Raises:
            TypeError: There is no association table, it refers to the related record by many
                columns, or the join condition is more than equal columns and constants.
            ValueError: The record has no key yet.
        """
        mapper = inspect(record).mapper
        relation: RelationshipProperty[Any] = mapper.relationships[attribute.key]
        related: list[Any] = [column for _, column in relation.secondary_synchronize_pairs or ()]
        if not isinstance(relation.secondary, Table) or len(related) != 1:
            raise TypeError(
                f"{attribute} has no association table with one column for the related record: "
                "set the foreign key, or use a model for that table"
            )
        own: dict[str, object] = {
            str(column.key): getattr(record, mapper.get_property_by_column(column_of_record).key)
            for column_of_record, column in relation.synchronize_pairs
        }
        if None in own.values():  # IS NULL would match rows that refer to no record
            name = type(record).__name__
            raise ValueError(f"this {name} has no key for {attribute} yet: store it with create()")
        own_keys = {**constants(relation, relation.secondary), **own}
        return cls(relation.secondary, own_keys, related[0], dialect)

    @property
    def is_own(self) -> ColumnElement[bool]:
        """The condition for the rows of the record."""
        return and_(*(self.table.c[name] == value for name, value in self.own_keys.items()))

    def is_one_of(self, keys: Iterable[object]) -> ColumnElement[bool]:
        """Return the condition for the rows of the record that refer to one of the keys.

        Raises:
            TypeError: A key is a record, or of another type than the column.
        """
        rows = [(self._key(key),) for key in keys]
        return and_(self.is_own, is_one_of((self.related_key,), rows, self.dialect))

    def wanted(self, pairs: Iterable[tuple[object, object]]) -> dict[object, Values]:
        """Check keys and the values of their further columns. Return the values by key.

        Raises:
            AttributeError: The table has no such column.
            TypeError: A key is a record or of another type than the column, or its values are
                not a mapping.
            ValueError: A column is one of the relationship itself.
        """
        return {self._key(key): self._further(key, values) for key, values in pairs}

    def row(self, key: object, values: Values) -> Row:
        """Return the values of a row."""
        return {**self.own_keys, self.related_key.key: key, **values}

    def known(self, row: RowMapping) -> tuple[object, dict[str, object]]:
        """Return the related key of a row, and the values of its further columns."""
        further = (column for column in self.table.c if column.key not in self._keys)
        return row[self.related_key], {column.key: row[column] for column in further}

    def insert_missing(
        self, keys: Iterable[object], wanted: Mapping[object, Values]
    ) -> Iterator[tuple[Insert, list[Row] | None]]:
        """Yield the statements that insert rows, unless another transaction has inserted them."""
        dialect = postgresql if self.dialect.name == "postgresql" else sqlite
        insert = dialect.insert(self.table).on_conflict_do_nothing()
        rows = [self.row(key, wanted[key]) for key in keys]
        for _, part in grouped(row for row in rows if not has_expression(row)):
            yield insert, part
        for row in filter(has_expression, rows):
            yield insert.values(row), None

    def update(
        self, keys: Iterable[object], wanted: Mapping[object, Values]
    ) -> Iterator[tuple[Update, list[Row] | None]]:
        """Yield the statements that update the further columns of rows."""
        rows = {key: dict(wanted[key]) for key in keys}
        plain = {key: row for key, row in rows.items() if not has_expression(row)}
        related = bindparam(_RELATED, type_=self.related_key.type)
        found = self.table.update().where(self.is_own, self.related_key == related)
        known = [*plain]
        for places, part in grouped(plain.values()):
            values: Row = {name: bindparam(f"{_FURTHER}{name}") for name in part[0]}
            parameters = [
                {_RELATED: known[place], **{f"{_FURTHER}{name}": row[name] for name in row}}
                for place, row in zip(places, part, strict=True)
            ]
            yield found.values(values), parameters
        for key in rows.keys() - plain.keys():
            yield self.table.update().where(self.is_one_of([key])).values(rows[key]), None

    @property
    def _keys(self) -> set[str]:
        return {*self.own_keys, self.related_key.key}

    def _key(self, key: object) -> object:
        if isinstance(key, DeclarativeBase):
            name = type(key).__name__
            raise TypeError(f"a key is a primary key, not a record: pass that of the {name}")
        refuse_other_type(self.related_key, key)
        return key

    def _further(self, key: object, values: object) -> Values:
        if not isinstance(values, Mapping):
            raise TypeError(f"{key!r} needs values by column, such as {{}}, not {values!r}")
        for name in values:
            if name not in self.table.c:
                raise AttributeError(f"{self.table.name} has no column {name}")
            if name in self._keys:
                raise ValueError(
                    f"{self.table.name}.{name} is a column of the relationship itself: leave it out"
                )
        return values
