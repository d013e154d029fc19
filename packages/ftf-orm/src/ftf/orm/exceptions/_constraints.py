"""Constraints of the database that a write violates."""

from ._error import OrmError


class ConstraintViolation(OrmError):
    """A write would break a rule of the database; of this class itself, an exclusion constraint.

    Args:
        columns: The columns the rule is about, as far as the database names them.
        constraint: The name of the rule, where the database names it.
    """

    def __init__(self, columns: tuple[str, ...] = (), constraint: str | None = None) -> None:
        super().__init__(columns, constraint)
        self.columns = columns
        self.constraint = constraint

    @property
    def subject(self) -> str:
        """What the rule is about, in words."""
        return (
            " and ".join(self.columns) or self.constraint or "what an unnamed constraint is about"
        )

    def __str__(self) -> str:
        return f"The record conflicts with a stored one by the rule {self.subject}"


class CheckViolation(ConstraintViolation):
    """A value is outside of what a CHECK constraint allows."""

    def __str__(self) -> str:
        return f"A value does not meet the check {self.subject}"


class DuplicateRecord(ConstraintViolation):
    """A write would repeat values that have to be unique together."""

    def __str__(self) -> str:
        return f"Another record already has the same {self.subject}"


class ForeignKeyViolation(ConstraintViolation):
    """A write would refer to a record that is missing, or remove one that is referred to.

    SQLite does not name the key: the columns are all the foreign keys of the table.
    """

    def __str__(self) -> str:
        return f"A record refers to a missing one, or is still referred to, by {self.subject}"


class NotNullViolation(ConstraintViolation):
    """A required value is missing."""

    def __str__(self) -> str:
        return f"A record needs a value for {self.subject}"
