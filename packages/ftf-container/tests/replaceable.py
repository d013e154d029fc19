"""A service with a database that overrides replace."""

from typing import Protocol


class Database(Protocol):
    name: str


class Postgres:
    name = "postgres"


class Fake:
    name = "fake"


class Other:
    name = "other"


class Service:
    def __init__(self, database: Database) -> None:
        self.database = database
