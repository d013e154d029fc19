"""The table between the two sides of a many-to-many relationship."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Insert, RowMapping, Table, and_, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from .query import refuse_other_type


@dataclass(frozen=True, slots=True)
class Pivot:
    """The rows of a table between that belong to one record.

    Args:
        table: The table.
        mine: The values of the columns that refer to the record, by name.
        theirs: The column that refers to the records on the other side.
    """

    table: Table
    mine: Mapping[str, object]
    theirs: Column[Any]

    @classmethod
    def of(cls, record: DeclarativeBase, attribute: QueryableAttribute[Any]) -> "Pivot":
        """Find the table between.

        Raises:
            TypeError: There is none, or it refers to the other side by many columns.
        """
        relation = attribute.property
        theirs = [column for _, column in relation.secondary_synchronize_pairs or ()]
        if not isinstance(relation.secondary, Table) or len(theirs) != 1:
            raise TypeError(
                f"{attribute} has no table between with one key for the other side: "
                "set the foreign key, or use a model for that table"
            )
        mapper = inspect(record).mapper
        mine = {
            column.name: getattr(record, mapper.get_property_by_column(own).key)
            for own, column in relation.synchronize_pairs
        }
        return cls(relation.secondary, mine, theirs[0])

    @property
    def is_mine(self) -> ColumnElement[bool]:
        """Tell the rows of the record."""
        return and_(*(self.table.c[name] == value for name, value in self.mine.items()))

    def is_one_of(self, keys: Iterable[object]) -> ColumnElement[bool]:
        """Tell the rows of the record that refer to some others.

        Raises:
            TypeError: A key is a record, or of another type than the column.
        """
        return and_(self.is_mine, self.theirs.in_([self._key(key) for key in keys]))

    def wanted(self, pairs: Iterable[tuple[object, object]]) -> dict[object, Mapping[str, object]]:
        """Check keys, and what is wanted in the further columns of each.

        Raises:
            AttributeError: The table has no such column.
            TypeError: A key is a record or of another type than the column, or its values are
                no mapping.
            ValueError: A column tells what is related.
        """
        return {self._key(key): self._further(key, values) for key, values in pairs}

    def row(self, key: object, values: Mapping[str, object]) -> dict[str, object]:
        """Make a row."""
        return {**self.mine, self.theirs.name: key, **values}

    def further(self, row: RowMapping) -> dict[str, object]:
        """Keep the values of a row that relate it to nothing."""
        return {str(name): value for name, value in row.items() if name not in self._keys}

    def insert_new(self, row: Mapping[str, object], dialect: str) -> Insert:
        """Insert a row, unless somebody else has inserted it meanwhile."""
        if dialect == "postgresql":
            return postgresql.insert(self.table).values(row).on_conflict_do_nothing()
        return sqlite.insert(self.table).values(row).on_conflict_do_nothing()

    @property
    def _keys(self) -> set[str]:
        return {*self.mine, self.theirs.name}

    def _key(self, key: object) -> object:
        if isinstance(key, DeclarativeBase):
            name = type(key).__name__
            raise TypeError(f"others are related by their keys: give the primary key of the {name}")
        refuse_other_type(self.theirs, key)
        return key

    def _further(self, key: object, values: object) -> Mapping[str, object]:
        if not isinstance(values, Mapping):
            raise TypeError(f"{key!r} needs values by column, such as {{}}, not {values!r}")
        for name in values:
            if name not in self.table.c:
                raise AttributeError(f"{self.table.name} has no column {name}")
            if name in self._keys:
                raise ValueError(f"{self.table.name}.{name} tells what is related: leave it out")
        return values
