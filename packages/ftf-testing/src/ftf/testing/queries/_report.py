"""The report of queries: which ran, which are repeated, and the remedy."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from .._mapper import mapper_of
from ._executed_query import ExecutedQuery
from ._n_plus_one import Repetition, repetitions, whole_load
from ._options import current_options
from ._orm_load import Loading, OrmLoad

LONGEST_STATEMENT = 400
MOST_QUERIES = 50


def report(queries: Sequence[ExecutedQuery]) -> list[str]:
    """Return lines that list the queries, then those that are repeated."""
    lines = numbered(queries)
    if repeated := repetitions(queries):
        lines += ["", "Repeated:", *explain(repeated)]
    return lines


def numbered(queries: Sequence[ExecutedQuery], at_fault: Collection[int] = ()) -> list[str]:
    """Return lines that list the queries; of many, the first, or those at fault and next to them.

    Args:
        queries: The queries.
        at_fault: The numbers of some of them, from 1.
    """
    shown: Sequence[int] = range(1, min(len(queries), MOST_QUERIES) + 1)
    if at_fault and len(queries) > MOST_QUERIES:
        near = {number + step for number in at_fault for step in (-1, 0, 1)}
        shown = sorted(near.intersection(range(1, len(queries) + 1)))[:MOST_QUERIES]
    lines: list[str] = []
    for before, number in pairwise((0, *shown, len(queries) + 1)):
        if (more := number - before - 1) > 0:
            lines.append(f"     ... and {more} more")
        if number <= len(queries):
            lines += _listed(number, queries[number - 1])
    return lines


def explain(repeated: Sequence[Repetition]) -> list[str]:
    """Return lines with the origin and the remedy of each repetition."""
    loads = [load for each in repeated if (load := each.first.load) and load.path]
    return [line for each in repeated for line in _explained(each, loads)]


def _listed(number: int, query: ExecutedQuery) -> Iterator[str]:
    yield f"{number:>3}. {_shortened(query.text, LONGEST_STATEMENT)}"
    yield f"     {', '.join(_facts(query))}"
    yield from (f"     called from {line}" for line in query.origin.lines[1:])


def _facts(query: ExecutedQuery) -> Iterator[str]:
    yield "failed" if query.seconds is None else f"{query.seconds * 1_000:.2f} ms"
    if query.rows > 1:
        yield f"{query.rows} sets of parameters"
    if parameters := _parameters(query):
        yield parameters
    if query.load is not None:
        yield str(query.load)
    yield _where(query)


def _explained(repeated: Repetition, loads: Sequence[OrmLoad]) -> Iterator[str]:
    query = repeated.first
    yield f"  {len(repeated.queries)} x {_shortened(query.normalized, LONGEST_STATEMENT)}"
    numbers = _shortened(", ".join(map(str, repeated.numbers)), LONGEST_STATEMENT)
    yield f"      queries {numbers}, {_where(query)}"
    yield f"      {_remedy(query, loads)}"


def _where(query: ExecutedQuery) -> str:
    lines, through = query.origin
    place = f"at {lines[0]}" if lines else "from no line of the application"
    return place if through is None else f"{place}, through {through}"


def _remedy(query: ExecutedQuery, loads: Sequence[OrmLoad]) -> str:
    load = query.load
    if load is None and not query.is_read:
        return "Write the records in one statement, with many sets of parameters"
    if load is None:
        return "Load the records in one query, such as where(column.in_(values))"
    if load.loading is Loading.REFRESH:
        return (
            f"Columns of {load.name} were deferred, expired by a commit or refreshed: load them in "
            f"the query{_widened(load.root)}, or make the session with expire_on_commit=False"
        )
    if load.loading is Loading.EAGER:
        return f"{load}: SQLAlchemy runs it again for each query, or for many records"
    return f"{load}: load it eagerly with {_loader(load, loads)}"


def _loader(load: OrmLoad, loads: Sequence[OrmLoad]) -> str:
    whole = whole_load(load, loads)
    path = whole.path
    if _is_of_ftf(load.root):
        return (
            f'with_("{".".join(step.partition(".")[2] for step in path)}")'
            if (len(path) > 1)
            else f"with_({path[0]})"
        )
    return ".".join(f"selectinload({step})" for step in path) + _widened(whole.root)


def _widened(model: type) -> str:
    """Return how a query for a parent class loads the relationships of a subclass."""
    base, name = mapper_of(model).base_mapper.class_.__name__, model.__name__
    if name == base:
        return ""
    return f", after selectin_polymorphic({base}, [{name}]) where {base} is queried"


def _is_of_ftf(model: type) -> bool:
    """Return whether a model is one of ftf-orm, which may not be installed."""
    orm = sys.modules.get("ftf.orm")
    return orm is not None and issubclass(model, orm.Base)


def _parameters(query: ExecutedQuery) -> str:
    options = current_options()
    if not options.shows_parameters or not query.parameters or not query.parameters[0]:
        return ""
    first = query.parameters[0]
    if isinstance(first, Mapping):
        first = {name: _redacted(name, value) for name, value in first.items()}
    return _shortened(repr(first), options.parameter_length)


def _redacted(name: str, value: object) -> object:
    secret = any(pattern.search(name) for pattern in current_options().redacted)
    return "..." if secret else value


def _shortened(text: str, length: int) -> str:
    """Return a text without its middle if it is too long; often that is a list of columns."""
    if len(text) <= length:
        return text
    half = (length - 3) // 2
    return f"{text[:half]}...{text[-half:]}"
