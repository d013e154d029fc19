"""What is known of a query that ran."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._origin import Origin
from ._orm_load import Invoked, OrmLoad, orm_load

type Parameters = Sequence[Mapping[str, object] | Sequence[object]]

_COMMENTS = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_TRANSACTION_CONTROL = re.compile(
    rf"{_COMMENTS}(?:SAVEPOINT|RELEASE|ROLLBACK|BEGIN|START|COMMIT|SET\s+TRANSACTION|PRAGMA)\b",
    re.IGNORECASE | re.DOTALL,
)
_READ = re.compile(rf"{_COMMENTS}(?:\(\s*)*(?:SELECT|WITH|VALUES)\b", re.IGNORECASE | re.DOTALL)
_STRING = r"'(?:[^']|'')*'"
_CAST = r"::\w+(?: VARYING| PRECISION| WITH(?:OUT)? TIME ZONE)?"
_PARAMETER = rf"\?|\$\d+(?:{_CAST})?|%s|%\(\w+\)s|(?<!:):\w+"
_VALUE = re.compile(rf"{_STRING}|{_PARAMETER}|(?<![\w.\"])\d+(?:\.\d+)?\b")
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)(?:\s*,\s*\(\s*\?(?:\s*,\s*\?)*\s*\))*")


@dataclass(slots=True, eq=False)
class ExecutedQuery:
    """A query that ran.

    Args:
        statement: The SQL, as it was sent.
        parameters: The sets of parameters; none where the engine hides them.
        rows: How many sets of parameters there were.
        origin: Where it comes from.
        strand: The same for all queries that ran one after the other in a task or thread.
        continues: Whether it is a further batch of the statement before.
        invoked: What SQLAlchemy was asked to run.
        seconds: How long the driver took, in seconds; None if it failed.
    """

    statement: str
    parameters: Parameters
    rows: int
    origin: Origin
    strand: object
    continues: bool
    invoked: Invoked
    seconds: float | None = None

    @property
    def load(self) -> OrmLoad | None:
        """What the ORM loaded by it, if it did so by itself."""
        return orm_load(self.invoked)

    @property
    def text(self) -> str:
        """The statement on one line."""
        return " ".join(self.statement.split())

    @property
    def normalized(self) -> str:
        """The statement with `?` for each value and list of values."""
        return normalize(self.statement)

    @property
    def is_read(self) -> bool:
        """Whether it reads."""
        return _READ.match(self.statement) is not None


def is_transaction_control(statement: str) -> bool:
    """Tell whether a statement only begins, ends or configures something."""
    return _TRANSACTION_CONTROL.match(statement) is not None


def normalize(statement: str) -> str:
    """Put `?` for each value and each list of values, on one line.

    Statements that differ in values only become the same.
    """
    return _LIST.sub("(?)", _VALUE.sub("?", " ".join(statement.split())))
