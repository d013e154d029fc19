"""The detection of N+1: queries that run once for each of many records."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ._chunks import are_chunks
from ._executed_query import ExecutedQuery
from ._listener import IN_REQUEST
from ._orm_load import Loading, OrmLoad

type IsOfTests = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Repetition:
    """Queries that differ only in values.

    Args:
        numbers: Their positions among all queries, from 1.
        queries: The queries.
    """

    numbers: tuple[int, ...]
    queries: tuple[ExecutedQuery, ...]

    @property
    def first(self) -> ExecutedQuery:
        """The first of the queries."""
        return self.queries[0]


def repetitions(queries: Iterable[ExecutedQuery]) -> list[Repetition]:
    """Return the queries that ran more than once, grouped."""
    return _groups(((query.normalized, query.load), query) for query in queries)


def n_plus_ones(
    queries: Iterable[ExecutedQuery], threshold: int, *, is_of_tests: IsOfTests | None = None
) -> list[Repetition]:
    """Return the lazy loads of one relationship, and the reads of one line, that are too many.

    Eager loads do not count, although SQLAlchemy splits them for many records, nor do chunks.

    Args:
        queries: The queries that ran.
        threshold: The least number that is too many.
        is_of_tests: Returns whether a file belongs to tests: loops in it are ignored.
    """
    groups = _groups((_cause(query, is_of_tests), query) for query in queries)
    return [
        group
        for group in groups
        if len(group.queries) >= threshold and not are_chunks(group.queries)
    ]


def _cause(query: ExecutedQuery, is_of_tests: IsOfTests | None) -> object:
    load, lines, place = query.load, query.origin.lines, [query.query_group]
    if is_of_tests is not None:
        if query.call is not IN_REQUEST and lines and is_of_tests(lines[0].file):
            return None
        place.append(query.call)
    if load is not None and load.loading is Loading.LAZY:
        return load.path, *place
    if load is not None and load.loading is Loading.EAGER:
        return None
    if query.is_read and lines:
        return query.normalized, lines, *place
    return None


def _groups(found: Iterable[tuple[object, ExecutedQuery]]) -> list[Repetition]:
    groups: dict[object, dict[int, ExecutedQuery]] = {}
    for number, (cause, query) in enumerate(found, start=1):
        if cause is not None:
            groups.setdefault(cause, {})[number] = query
    return [
        Repetition(tuple(group), tuple(group.values()))
        for group in groups.values()
        if len(group) > 1
    ]


def whole_load(load: OrmLoad, loads: Sequence[OrmLoad]) -> OrmLoad:
    """Return the path of a load from records that were not lazily loaded themselves.

    The records of a model come from the last load of that model before its own first load.
    """
    first = [each.root for each in loads].index(load.root)
    above = next((each for each in reversed(loads[:first]) if each.leads_to(load.root)), None)
    return load if above is None else whole_load(above, loads).then(load)
