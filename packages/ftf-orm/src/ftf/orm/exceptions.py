"""Everything ftf-orm raises by itself.

    OrmError
    ├── DuplicateRecord
    ├── MigrationError
    └── RecordNotFound

The attributes are the contract; the texts may improve in any release.
"""


class OrmError(Exception):
    """The base of everything ftf-orm raises by itself."""


class DuplicateRecord(OrmError):
    """A write would repeat a value that has to be unique.

    Args:
        columns: The names of the columns that have to be unique together.
    """

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.columns = columns

    def __str__(self) -> str:
        return f"Another record already has the same {' and '.join(self.columns)}"


class MigrationError(OrmError):
    """A migration cannot run, or would leave the database worse than it was."""


class RecordNotFound(OrmError):
    """No record answers to what was asked for.

    Args:
        model: The model that was searched.
    """

    def __init__(self, model: type) -> None:
        self.model = model

    def __str__(self) -> str:
        return f"{self.model.__name__} not found"
