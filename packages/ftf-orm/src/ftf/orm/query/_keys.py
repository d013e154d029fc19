"""Of which types keys are."""

from sqlalchemy import ColumnElement, Numeric, TypeDecorator


def refuse_other_type[V](column: ColumnElement[V], key: object) -> None:
    """Refuse a key that is not of its column's type: databases differ in what they make of it.

    Raises:
        TypeError: It is of another type.
    """
    kind = _python_type(column)
    if not isinstance(key, kind):
        raise TypeError(f"{column} takes {kind.__name__}, so that {key!r} cannot be a key")


def _python_type[V](column: ColumnElement[V]) -> type:
    if isinstance(column.type, TypeDecorator | Numeric):  # which convert what they are given
        return object
    try:
        return column.type.python_type
    except NotImplementedError:  # pragma: no cover  # before SQLAlchemy 2.1
        return object
