"""The operations of a migration, in words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alembic.operations.ops import MigrateOperation, OpContainer


@dataclass(frozen=True, slots=True)
class Described:
    """An operation of a migration.

    Args:
        text: What it does, such as "drop column posts.title".
        is_destructive: Whether rows or columns are lost.
    """

    text: str
    is_destructive: bool


def described(operations: Iterable[MigrateOperation]) -> Iterator[Described]:
    """Return what operations do, in order, without the containers around them."""
    for operation in operations:
        if isinstance(operation, OpContainer):
            yield from described(operation.ops)
        else:
            yield _described(operation)


def is_destructive(operation: MigrateOperation) -> bool:
    """Return whether an operation drops a table or a column."""
    return type(operation).__name__ in {"DropTableOp", "DropColumnOp"}


def _described(operation: MigrateOperation) -> Described:
    verb = " ".join(re.findall("[A-Z][a-z]+", type(operation).__name__.removesuffix("Op"))).lower()
    names = [
        getattr(operation, name, None)
        for name in ("table_name", "column_name", "index_name", "constraint_name")
    ]
    column = getattr(getattr(operation, "column", None), "name", None)
    target = ".".join(str(name) for name in (*names, column) if isinstance(name, str))
    return Described(f"{verb} {target}".strip(), is_destructive(operation))
