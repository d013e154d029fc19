"""Tables of all ways to reach the items of the market, and of the views that hide or show them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from market import LONG_AGO, NAMES, WEIGHTS, Item, seller
from sqlalchemy import select

from ftf.orm import BaseRepository, DuplicateRecord, QueryBuilder, RecordNotFound

type Query = QueryBuilder[Any]
type Way = Callable[[Any], Any]

KEYS = range(1, len(NAMES) + 1)
LIVING = ("first", "second")


@dataclass(frozen=True)
class View:
    """What a query shows of the items.

    Args:
        lift: Lifts scopes of a query: its own ones, or those of the models.
        visible: The names of the items that are found then.
        seller: The present seller.
    """

    lift: Callable[..., Query]
    visible: Sequence[str]
    seller: int = 1

    @property
    def weights(self) -> list[int]:
        return [WEIGHTS[name] for name in NAMES if name in self.visible]

    @contextmanager
    def in_force(self) -> Iterator[None]:
        token = seller.set(self.seller)
        try:
            yield
        finally:
            seller.reset(token)


def everything(query: Query, *models: type) -> Query:
    for name in ("listed", "own", "free"):
        query = query.without_scope(name, *models)
    return query.with_trashed(*models)


# Each follows one that shows other items, which the session then knows already.
VIEWS = {
    "as it is": View(lambda query, *_: query, LIVING),
    "without_scope": View(everything, NAMES),
    "as it is again": View(lambda query, *_: query, LIVING),
    "another seller": View(lambda query, *_: query, ("foreign",), seller=2),
}
OWN_VIEWS = VIEWS | {
    "with_trashed": View(lambda query: query.with_trashed(), (*LIVING, "deleted")),
    "held": View(lambda query: query.without_scope("free"), (*LIVING, "held")),
    "unlisted": View(lambda query: query.without_scope("listed"), (*LIVING, "unlisted")),
    "only_trashed": View(lambda query: query.only_trashed(), ("deleted",)),
    "or_where": View(lambda q: q.where(Item.weight < 0).or_where(Item.weight > 0), LIVING),
    "where_any": View(lambda query: query.where_any(Item.id < 0, Item.id > 0), LIVING),
    "where_group": View(lambda q: q.where_group(lambda g: g.or_where(Item.id > 0)), LIVING),
    "within": View(
        lambda query: query.within(Item.id > 1).where(Item.id < 0).or_where(Item.id > 0),
        ("second",),
    ),
    "union": View(lambda query: query.union(query.only_trashed()), (*LIVING, "deleted")),
    "left_join": View(lambda query: query.left_join(Item.sales), LIVING),
}


async def each(find: Callable[[int], Awaitable[Any]]) -> list[Any]:
    """Return what is found for all keys."""
    found = []
    for key in KEYS:
        try:
            found.append(await find(key))
        except (RecordNotFound, DuplicateRecord):
            continue
    return [record for record in found if record is not None]


async def weights_if(
    is_there: Callable[[Any], Awaitable[bool]], values: Iterable[Any]
) -> list[int]:
    """Return the weights of the items for which the answer is yes."""
    return [
        weight
        for weight, value in zip(WEIGHTS.values(), values, strict=True)
        if await is_there(value)
    ]


async def weights_of(found: Any) -> Any:
    """Return the weights of items, however they come; anything else as it is."""
    found = [part async for part in found] if isinstance(found, AsyncIterator) else await found
    if isinstance(found, bool | int | float):
        return found
    rows = [found] if isinstance(found, Item) else [*found]
    flat = [item for row in rows for item in (row if isinstance(row, list) else [row])]
    return [item.weight if isinstance(item, Item) else item for item in flat]


async def by_cursor(query: Query) -> list[Any]:
    page = await query.cursor_paginate(per_page=1)
    items, back = [*page.items], []
    while page.next_cursor:
        page = await query.cursor_paginate(page.next_cursor, per_page=1)
        items += page.items
    while page.previous_cursor:
        page = await query.cursor_paginate(page.previous_cursor, per_page=1)
        back += page.items
    assert back == items[-2::-1]
    return items


async def by_page(query: Query) -> list[Any]:
    pages = [await query.simple_paginate(number, 1) for number in KEYS]
    return [item for page in pages for item in page.items]


async def by_numbered_page(query: Query) -> list[Any]:
    first, every = await query.paginate(per_page=1), await query.paginate(per_page=len(NAMES))
    assert first.total == every.total == len(every.items)
    return every.items


async def with_total(query: Query) -> list[Any]:
    items, total = await query.get_and_count()
    assert total == len(items)
    return items


def outside(query: Query) -> Query:
    return everything(QueryBuilder(query.session, Item)).order_by_key()


READS: dict[str, Way] = {
    "get": lambda query: query.get(),
    "get_and_count": with_total,
    "find": lambda query: each(query.find),
    "find_or_fail": lambda query: each(query.find_or_fail),
    "find_many": lambda query: query.find_many(KEYS),
    "sole": lambda query: each(lambda key: query.where(Item.id == key).sole()),
    "pluck": lambda query: query.pluck(Item.weight),
    "finds": lambda query: outside(query).where(query.finds()).get(),
    "subquery": lambda query: outside(query).where_in(Item.id, query.subquery(Item.id)).get(),
    "where_in": lambda query: outside(query).where_in(Item.id, query).get(),
    "statement": lambda query: query.session.scalars(query.statement()),
    "paginate": by_numbered_page,
    "simple_paginate": by_page,
    "cursor_paginate": by_cursor,
    "chunk": lambda query: query.chunk(1),
    "chunk_by_id": lambda query: query.reorder().chunk_by_id(1),
    "stream": lambda query: query.stream(1),
    "first": lambda query: query.first(),
    "first_or_fail": lambda query: query.first_or_fail(),
    "value": lambda query: query.value(Item.weight),
    "count": lambda query: query.count(),
    "exists": lambda query: query.exists(),
    "sum": lambda query: query.sum(Item.weight),
    "avg": lambda query: query.avg(Item.weight),
    "min": lambda query: query.min(Item.weight),
    "max": lambda query: query.max(Item.weight),
}
EXPECTED: dict[str, Callable[[list[int]], object]] = {
    "first": lambda weights: weights[:1],
    "first_or_fail": lambda weights: weights[:1],
    "value": lambda weights: weights[0],
    "count": len,
    "exists": bool,
    "sum": sum,
    "avg": lambda weights: sum(weights) / len(weights),
    "min": min,
    "max": max,
    "insert_or_ignore": lambda _: [],
}
WRITES: dict[str, tuple[Way, Any]] = {
    "update": (lambda query: query.update({Item.touched: 1}), Item.touched == 1),
    "increment": (lambda query: query.increment(Item.touched), Item.touched == 1),
    "decrement": (lambda query: query.decrement(Item.touched), Item.touched == -1),
    "delete": (lambda query: query.delete(), Item.deleted_at > LONG_AGO),
    "force_delete": (lambda query: query.force_delete(), None),
    "restore": (lambda query: query.restore(), Item.version > 1),
}


async def found_or_created(items: BaseRepository[Item], verb: str) -> list[Item]:
    async def one(key: int) -> Item | None:
        match = {Item.name: NAMES[key - 1]}
        found, created = await getattr(items, verb)(match, {Item.weight: 2 ** (key - 1)})
        return None if created else found

    return await each(one)


async def refreshed(items: BaseRepository[Item]) -> list[Item]:
    known = {item.id: item for item in await items.session.scalars(select(Item))}
    return await each(lambda key: items.refresh(known[key]))


async def touched(items: BaseRepository[Item]) -> list[int]:
    found = select(Item.weight).where(Item.touched == 1).order_by(Item.id)
    return [*await items.session.scalars(found)]


async def updated(items: BaseRepository[Item]) -> list[int]:
    await items.update_many([{"id": key, "touched": 1} for key in KEYS])
    return await touched(items)


async def upserted(items: BaseRepository[Item]) -> list[Item]:
    async def one(key: int) -> Item:
        row = {"id": key, "name": NAMES[key - 1], "weight": 0, "touched": 1}
        (item,) = await items.upsert([row], unique_by=[Item.id], update=[Item.touched])
        return item

    found = await each(one)
    assert [item.weight for item in found] == await touched(items)
    return found


async def ignored(items: BaseRepository[Item]) -> list[Item]:
    rows = [{"id": key, "name": NAMES[key - 1], "weight": 0, "touched": 1} for key in KEYS]
    found = await items.insert_or_ignore(rows, unique_by=[Item.id])
    assert await touched(items) == []
    return found


REPOSITORY: dict[str, Way] = {
    "query": lambda items: items.query().order_by_key().get(),
    "find": lambda items: each(items.find),
    "find_or_fail": lambda items: each(items.find_or_fail),
    "find_many": lambda items: items.find_many(KEYS),
    "exists": lambda items: weights_if(items.exists, KEYS),
    "all": lambda items: items.all(),
    "count": lambda items: items.count(),
    "refresh": refreshed,
    "first_or_create": lambda items: found_or_created(items, "first_or_create"),
    "update_or_create": lambda items: found_or_created(items, "update_or_create"),
    "update_many": updated,
    "upsert": upserted,
    "insert_or_ignore": ignored,
}

# What is in none of the tables, and why.
DATA = {"clauses", "max_per_page", "model", "record", "relation", "session"}
CONDITIONS = {
    "having",
    "where",
    "where_between",
    "where_date",
    "where_key",
    "where_like",
    "where_month",
    "where_not",
    "where_not_in",
    "where_not_null",
    "where_null",
    "where_raw",
    "where_year",
}
OTHER_STEPS = {
    "all_rows",
    "apply_filters",
    "distinct",
    "fresh",
    "group_by",
    "latest",
    "limit",
    "lock_for_update",
    "offset",
    "oldest",
    "order_by",
    "order_by_key",
    "reorder",
    "tap",
    "timeout",
    "unless",
    "when",
    "with_columns",
    "without_columns",
}
NO_RECORDS = {"explain", "to_sql"}
INSERTS = {"create", "create_many", "insert_many"}
RECORD_OF_THE_CALLER = {"delete", "force_delete", "restore", "update"}
ROWS_OF_KEYS = {"attach", "detach", "detach_all", "sync", "toggle", "update_pivot"}
