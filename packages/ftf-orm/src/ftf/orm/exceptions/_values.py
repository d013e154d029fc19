"""Values that a query or the database does not accept."""

from ._error import OrmError


class InvalidValue(OrmError, ValueError):
    """A column's type or the database does not accept a value.

    It has the wrong type, is too long or out of range, or contains what cannot be stored, such as
    the character NUL on PostgreSQL.

    Args:
        reason: What the type, the driver or the database says about it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"A value is not valid for the database: {self.reason}"


class InvalidArgument(InvalidValue):
    """A step of a query does not accept an argument that clients can choose, such as `per_page`.

    Args:
        argument: The name of the parameter.
        reason: What is wrong with the argument.
    """

    def __init__(self, argument: str, reason: str) -> None:
        super().__init__(reason)
        OrmError.__init__(self, argument, reason)  # the `args` that pickle passes
        self.argument = argument

    def __str__(self) -> str:
        return self.reason


class CursorError(OrmError, ValueError):
    """A text is not a cursor of the list that is read.

    It was changed, signed with another key, made for another order, or is not a cursor at all.

    Args:
        cursor: The text.
    """

    def __init__(self, cursor: str) -> None:
        super().__init__(cursor)
        self.cursor = cursor

    def __str__(self) -> str:
        return "The cursor is not one of this list: begin without a cursor"
