"""The table between the two sides of a many-to-many relationship."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Insert, RowMapping, Table, and_, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute


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
            TypeError: A key is a record.
        """
        return and_(self.is_mine, self.theirs.in_([_no_record(key) for key in keys]))

    def row(self, key: object, values: Mapping[str, object]) -> dict[str, object]:
        """Make a row.

        Raises:
            AttributeError: The table has no such column.
            TypeError: The key is a record.
        """
        for name in values:
            if name not in self.table.c:
                raise AttributeError(f"{self.table.name} has no column {name}")
        return {**self.mine, self.theirs.name: _no_record(key), **values}

    def further(self, row: RowMapping) -> dict[str, object]:
        """Keep the values of a row that relate it to nothing."""
        known = {*self.mine, self.theirs.name}
        return {str(name): value for name, value in row.items() if name not in known}

    def insert_new(self, row: Mapping[str, object], dialect: str) -> Insert:
        """Insert a row, unless somebody else has inserted it meanwhile."""
        if dialect == "postgresql":
            return postgresql.insert(self.table).values(row).on_conflict_do_nothing()
        return sqlite.insert(self.table).values(row).on_conflict_do_nothing()


def _no_record(key: object) -> object:
    if isinstance(key, DeclarativeBase):
        name = type(key).__name__
        raise TypeError(f"others are related by their keys: give the primary key of the {name}")
    return key
