"""The names of the tables and columns of a database."""

import warnings

from sqlalchemy import Inspector
from sqlalchemy.exc import SAWarning

type TableName = tuple[str | None, str]
"""The schema, None for the default one, and the name."""


def table_names(inspector: Inspector) -> list[TableName]:
    """Return the tables of all schemas."""
    own = {inspector.default_schema_name, "information_schema"}
    schemas = [schema for schema in inspector.get_schema_names() if schema not in own]
    return [
        (schema, name) for schema in (None, *schemas) for name in inspector.get_table_names(schema)
    ]


def column_names(inspector: Inspector, table: TableName) -> list[str]:
    """Return the names of a table's columns that can be written."""
    schema, name = table
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", SAWarning
        )  # it warns about unknown types, which are not used here
        columns = inspector.get_columns(name, schema)
    return [column["name"] for column in columns if "computed" not in column]
