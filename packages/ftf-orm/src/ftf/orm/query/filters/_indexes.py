"""Which columns an index of their table helps to find."""

from sqlalchemy import PrimaryKeyConstraint, SQLColumnExpression, Table, UniqueConstraint

from ..statement._expressions import element


def has_index(by: SQLColumnExpression[object]) -> bool:
    """Return whether a column is in an index, the primary key or a unique constraint.

    Both databases can use a later column of an index too, where the conditions on those before it
    or the few values of them allow it.
    """
    column = element(by)
    table = getattr(column, "table", None)
    if not isinstance(table, Table):
        return False
    name = str(column.key)
    indexed = [index.columns for index in table.indexes]
    keys = (UniqueConstraint, PrimaryKeyConstraint)
    indexed += [one.columns for one in table.constraints if isinstance(one, keys)]
    return any(name in columns for columns in indexed)
