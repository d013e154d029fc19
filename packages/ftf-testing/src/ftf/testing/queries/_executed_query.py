"""The facts of a query that ran."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from .._application_lines import Origin, Trace, origin
from ._orm_load import OrmLoad, orm_load

if TYPE_CHECKING:
    from sqlalchemy import Compiled

type Parameters = Sequence[Mapping[str, object] | Sequence[object]]

_COMMENTS = r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
_TRANSACTION_CONTROL = re.compile(
    rf"{_COMMENTS}(?:SAVEPOINT|RELEASE|ROLLBACK|BEGIN|START|COMMIT|SET\s+TRANSACTION|PRAGMA)\b",
    re.IGNORECASE | re.DOTALL,
)
_WRITE = r"(?:INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|UPDATE\b.*\bSET)\b"
_READ = re.compile(
    rf"{_COMMENTS}(?:\(\s*)*(?:SELECT|VALUES|WITH(?!.*\b{_WRITE}))\b", re.IGNORECASE | re.DOTALL
)
_STRING = r"'(?:[^']|'')*'"
_CAST = r"::\w+(?: VARYING| PRECISION| WITH(?:OUT)? TIME ZONE)?"
PARAMETER: Final = rf"\?|\$\d+(?:{_CAST})?|%s|%\(\w+\)s|(?<!:):\w+"
_VALUE = re.compile(rf"{_STRING}|{PARAMETER}|(?<![\w.\"])\d+(?:\.\d+)?\b")
_LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)(?:\s*,\s*\(\s*\?(?:\s*,\s*\?)*\s*\))*")


@dataclass(slots=True, eq=False)
class ExecutedQuery:
    """A query that ran.

    The listener stores what it gets, and properties compute the rest, so that counting does not
    make queries much slower.

    Args:
        statement: The SQL, as it was sent.
        named: The sets of parameters by name, where they have names.
        sent: The parameters as the driver gets them.
        is_many: Whether these are many sets of parameters, or a batch of many.
        hides: Whether the engine hides parameters.
        trace: The stack when it was sent.
        query_group: The same object for all queries of one task, thread or request.
        call: The same object for all queries of one call from a test, or of its requests.
        continues: Whether it is a later batch of the statement before.
        compiled: The compiled statement; None for plain SQL.
        is_lazy: Whether it is the lazy load of a relationship.
        began: When the driver got it, in seconds of `perf_counter`.
        seconds: How long the driver took, in seconds; None if it failed.
    """

    statement: str
    named: Parameters
    sent: Any
    is_many: bool
    hides: bool
    trace: Trace
    query_group: object
    call: object
    continues: bool
    compiled: "Compiled | None"
    is_lazy: bool
    began: float
    seconds: float | None = None

    @property
    def parameters(self) -> Parameters:
        """The sets of parameters; none if the engine hides them, or an earlier batch has them."""
        return () if self.hides or self.continues else self._sets

    @property
    def rows(self) -> int:
        """The number of sets of parameters."""
        if not self._is_batch:
            return len(self._sets)
        if number := len(self.named[0]):
            return len(self.sent) // number
        return self.statement.count(cast("Any", self.compiled).insert_single_values_expr)

    @property
    def _is_batch(self) -> bool:
        """Whether it is one INSERT with the values of many sets."""
        return self.is_many and not isinstance(self.sent, list)

    @property
    def _sets(self) -> Parameters:
        return self.named or (self.sent if self.is_many else [self.sent])

    @property
    def origin(self) -> Origin:
        """The lines of the application that it comes from."""
        return origin(self.trace)

    @property
    def load(self) -> OrmLoad | None:
        """The lazy load, eager load or refresh of the ORM that it is, or None."""
        if self.compiled is None:
            return None
        return orm_load(self.compiled, is_lazy=self.is_lazy)

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
        """Whether it only reads."""
        return is_read(self.statement)


def is_read(statement: str) -> bool:
    """Return whether a statement only reads."""
    return _READ.match(statement) is not None


def is_transaction_control(statement: str) -> bool:
    """Return whether a statement only controls a transaction, or is a PRAGMA."""
    return _TRANSACTION_CONTROL.match(statement) is not None


def normalize(statement: str) -> str:
    """Return a statement on one line, with `?` for each value and each list of values.

    Statements that differ only in values become equal.
    """
    return _LIST.sub("(?)", _VALUE.sub("?", " ".join(statement.split())))
