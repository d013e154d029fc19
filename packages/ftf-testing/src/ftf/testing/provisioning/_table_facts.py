"""The reflected facts of tables, as text by which two databases are compared."""

import re
import warnings
from collections.abc import Iterator

from sqlalchemy import Connection, Inspector, inspect
from sqlalchemy.exc import SAWarning

from ..snapshot._tables import TableName, table_names

type Facts = dict[str, str]


def table_facts(connection: Connection) -> dict[TableName, Facts]:
    """Return the columns, keys, constraints and indexes of each table."""
    inspector = inspect(connection)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # SQLite's indexes over expressions are left out
        return {table: dict(_facts(inspector, *table)) for table in table_names(inspector)}


def differences(migrated: Facts, declared: Facts) -> list[str]:
    """Return what differs between a table that migrations made and one that models made."""
    return [
        f"{what}: {migrated.get(what, 'missing')} by the migrations, "
        f"{declared.get(what, 'missing')} by the models"
        for what in sorted(migrated.keys() | declared.keys())
        if migrated.get(what) != declared.get(what)
    ]


def _facts(inspector: Inspector, schema: str | None, table: str) -> Iterator[tuple[str, str]]:
    for column in inspector.get_columns(table, schema):
        computed = column.get("computed")
        words = [
            _type(str(column["type"].compile(inspector.dialect)), inspector.dialect.name),
            "NULL" if column["nullable"] else "NOT NULL",
            f"DEFAULT {_default(column['default'])}" if column["default"] is not None else "",
            f"AS {_plain(computed['sqltext'])}" if computed else "",
        ]
        yield f"column {table}.{column['name']}", " ".join(filter(None, words))
    key = inspector.get_pk_constraint(table, schema)["constrained_columns"]
    yield f"primary key of {table}", f"({', '.join(key)})"
    for foreign in inspector.get_foreign_keys(table, schema):
        own, other = foreign["constrained_columns"], foreign["referred_columns"]
        options = sorted(foreign["options"].items())
        target = f"{foreign['referred_table']} ({', '.join(other)})"
        yield f"foreign key {table} ({', '.join(own)})", " ".join([target, *map(str, options)])
    for unique in inspector.get_unique_constraints(table, schema):
        yield f"unique {table} ({', '.join(sorted(unique['column_names']))})", "there"
    for check in inspector.get_check_constraints(table, schema):
        text = _plain(check["sqltext"])
        yield f"check {check['name'] or text} of {table}", text
    for index in inspector.get_indexes(table, schema):
        columns = index.get("expressions") or index["column_names"]
        kind = "unique " if index["unique"] else ""
        yield f"index {index['name']} of {table}", f"{kind}({', '.join(map(str, columns))})"


def _type(name: str, dialect: str) -> str:
    """Return a type, without the length of a text on SQLite, which takes any."""
    return re.sub(r"^(N?VARCHAR|N?CHAR|TEXT)\(\d+\)", r"\1", name) if dialect == "sqlite" else name


def _default(text: str) -> str:
    """Return a default without the name of a sequence, which a renamed table keeps."""
    plain = re.sub(r"nextval\(.*\)", "nextval", _plain(text))
    return {"true": "1", "false": "0"}.get(plain, plain)


def _plain(text: str) -> str:
    """Return SQL in lower case and without blanks, quotes and brackets."""
    return re.sub(r'[\s"()]', "", text).lower()
