"""Engines that commit each statement."""

from sqlalchemy import Connection, Engine


def commits_each_statement(bind: Engine | Connection) -> bool:
    """Return whether an engine or a connection has the isolation level AUTOCOMMIT."""
    for_all = bind.dialect._on_connect_isolation_level  # noqa: SLF001  # that of create_engine
    return bind.get_execution_options().get("isolation_level", for_all) == "AUTOCOMMIT"
