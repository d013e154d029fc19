"""The errors of the assertions about queries."""

from collections.abc import Sequence

from ._executed_query import ExecutedQuery
from ._n_plus_one import Repetition
from ._report import explain, numbered, report


class QueryCountError(AssertionError):
    """The number of queries is not the expected one.

    Args:
        expected: The expected number, in words.
        queries: The queries that ran.
    """

    def __init__(self, expected: str, queries: Sequence[ExecutedQuery]) -> None:
        super().__init__(expected, queries)
        self.expected = expected
        self.queries = queries

    def __str__(self) -> str:
        return "\n".join((f"expected {self.expected}, {ran(self.queries)}", *report(self.queries)))


class NPlusOneError(AssertionError):
    """A query ran for each of many records.

    Args:
        found: The repeated queries.
        queries: All queries that ran.
    """

    def __init__(self, found: Sequence[Repetition], queries: Sequence[ExecutedQuery]) -> None:
        super().__init__(found, queries)
        self.found = found
        self.queries = queries

    def __str__(self) -> str:
        head = "N+1: the number of queries grows with the number of records"
        at_fault = [number for each in self.found for number in each.numbers]
        listed = numbered(self.queries, at_fault)
        return "\n".join((head, *explain(self.found), "", ran(self.queries), *listed))


def ran(queries: Sequence[ExecutedQuery]) -> str:
    """Return in words how many queries ran, and how long they took."""
    milliseconds = sum(query.seconds or 0 for query in queries) * 1_000
    match len(queries):
        case 0:
            return "none ran"
        case count:
            return f"{count} ran, in {milliseconds:.2f} ms:"
