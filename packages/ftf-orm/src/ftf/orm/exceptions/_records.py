"""Records that are not found, or cannot be used as they are."""

from sqlalchemy.exc import InvalidRequestError, MissingGreenlet

from ._error import OrmError


class _OfModel(OrmError):
    """An error about the records of one model."""

    def __init__(self, model: type) -> None:
        super().__init__(model)
        self.model = model


class MultipleRecordsFound(_OfModel):
    """More than one record meets the conditions.

    Args:
        model: The model that was searched.
    """

    def __str__(self) -> str:
        return f"More than one {self.model.__name__} found"


class RecordNotFound(_OfModel):
    """No record meets the conditions.

    Args:
        model: The model that was searched.
    """

    def __str__(self) -> str:
        return f"{self.model.__name__} not found"


class StaleRecord(OrmError):
    """Another transaction changed or removed a record after it was read."""

    def __str__(self) -> str:
        return "The record was changed or removed meanwhile: read it again"


class ColumnNotLoaded(OrmError, MissingGreenlet):
    """An attribute was read whose column is not loaded, which async code cannot load there.

    The column is deferred, belongs to a subclass that was not queried, or has expired.

    Args:
        model: The model of the record.
        columns: The names of the attributes that are not loaded.
    """

    def __init__(self, model: type, columns: tuple[str, ...]) -> None:
        super().__init__(model, columns)
        self.model = model
        self.columns = columns

    def __str__(self) -> str:
        names = ", ".join(f"{self.model.__name__}.{column}" for column in self.columns)
        return (
            f"no value is loaded for {names}, and async code cannot load one by reading the "
            f"attribute: await session.refresh(record, {list(self.columns)})"
        )


class RelationNotLoaded(OrmError, InvalidRequestError):
    """A relationship was read that no query has loaded.

    Args:
        relation: The relationship, such as `Book.author`.
    """

    def __init__(self, relation: str) -> None:
        super().__init__(relation)
        self.relation = relation

    def __str__(self) -> str:
        return (
            f"'{self.relation}' is not loaded: eager load it with .with_({self.relation}), "
            f"or load it with await repository.load(record, {self.relation})"
        )


class RecordOfOtherSession(OrmError, InvalidRequestError):
    """A record was to be written in a session that it does not belong to.

    Another session holds it, or this session holds another object for the same row.

    Args:
        model: The model of the record.
        reason: What SQLAlchemy says, which names the record that is meant.
    """

    def __init__(self, model: type, reason: str) -> None:
        super().__init__(model, reason)
        self.model = model
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"This {self.model.__name__}, or a record that it refers to, belongs to another "
            "session: read it with await repository.find(key), and change what you get "
            f"({self.reason})"
        )
