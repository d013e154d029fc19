"""Tables of all ways from records of the market to their items."""

from collections.abc import Awaitable, Callable
from typing import Any

from everywhere import Query, View, weights_if
from market import WEIGHTS, Item, Sale, Stall
from sqlalchemy.orm import aliased

from ftf.orm import BaseRepository

type Load = Callable[[Query, Any], Awaitable[Any]]
type Subquery = Callable[[Query, Any, View], Awaitable[Any]]

RELATIONS = {
    "to many": Stall.items,
    "many to many": Stall.shown,
    "to one": Sale.item,
    "own": Item.parts,
}


def items_of(owners: list[Any], name: str) -> list[int]:
    """Return the weights of the items that are loaded."""
    values = [getattr(owner, name) for owner in owners]
    items = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return sorted(item.weight for item in items if item is not None)


async def in_parts(parts: Any) -> list[Any]:
    found = [part async for part in parts]
    return [owner for part in found for owner in (part if isinstance(part, list) else [part])]


async def by_cursor(query: Query) -> list[Any]:
    page = await query.cursor_paginate(per_page=1)
    owners = page.items
    while page.next_cursor:
        page = await query.cursor_paginate(page.next_cursor, per_page=1)
        owners += page.items
    return owners


async def by_key(query: Query) -> list[Any]:
    return [await query.find(owner.id) for owner in await query.get()]


LOADS: dict[str, Load] = {
    "with_": lambda query, relation: query.with_(relation).get(),
    "with_joined": lambda query, relation: query.with_joined(relation).get(),
    "with_ part": lambda query, relation: query.with_(relation.and_(Item.weight > 0)).get(),
    "with_joined part": lambda q, relation: q.with_joined(relation.and_(Item.weight > 0)).get(),
}
LOADS_OF_TERMINALS: dict[str, Load] = {
    "find": lambda query, relation: by_key(query.with_(relation.key)),
    "cursor_paginate": lambda query, relation: by_cursor(query.with_(relation)),
    "chunk": lambda query, relation: in_parts(query.with_(relation).chunk(1)),
    "stream": lambda query, relation: in_parts(query.with_(relation).stream(1)),
    "fresh": lambda query, relation: query.fresh().with_(relation).get(),
    "union": lambda query, relation: query.with_(relation).union(query).get(),
}


def narrowed(view: View, weight: int) -> Callable[[Query], Query]:
    return lambda query: view.lift(query).where(Item.weight == weight)


def for_each_weight(test: Callable[[int], Awaitable[bool]]) -> Awaitable[list[int]]:
    return weights_if(test, WEIGHTS.values())


async def computed(query: Query, relation: Any, view: View) -> list[int]:
    """Return the weights behind the values that are computed for owners."""
    query = query.with_sum(relation, Item.weight, view.lift, alias="total")
    query = query.with_count(relation, view.lift, alias="number")
    query = query.with_min(relation, Item.weight, view.lift, alias="least")
    query = query.with_max(relation, Item.weight, view.lift, alias="greatest")
    query = query.with_avg(relation, Item.weight, view.lift, alias="average")
    query = query.with_exists(relation, view.lift, alias="some")
    found: list[int] = []
    for owner in await query.get():
        total = owner.total or 0
        weights = [weight for weight in WEIGHTS.values() if total & weight]
        least, greatest = (min(weights), max(weights)) if weights else (None, None)
        assert (owner.number, owner.some) == (len(weights), bool(weights))
        assert (owner.least, owner.greatest) == (least, greatest)
        assert owner.average == (total / len(weights) if weights else None)
        found += weights
    return sorted(found)


async def joined(query: Query, relation: Any, view: View, step: str) -> list[int]:
    item = aliased(Item)
    joined = getattr(view.lift(query, Item), step)(relation.of_type(item))
    weights = await joined.where(item.id > 0).pluck(item.weight)
    every = await joined.count()
    assert every == len(await joined.get())
    return sorted(weights)


async def related(query: Query, relation: Any, view: View) -> list[int]:
    repository = BaseRepository(query.session, relation.class_)
    found: list[int] = []
    for owner in await query.get():
        items = view.lift(repository.relation(owner, relation).query())
        found += await items.or_where(Item.weight > 0).pluck(Item.weight)
    return sorted(found)


async def first_related(query: Query, relation: Any, view: View) -> list[int]:
    rows = await query.related(await query.get(), relation, limit=99, narrow=view.lift)
    return sorted(item.weight for row in rows for item in row)


SUBQUERIES: dict[str, Subquery] = {
    "where_has": lambda query, relation, view: for_each_weight(
        lambda weight: query.where_has(relation, narrowed(view, weight)).exists()
    ),
    "where_doesnt_have": lambda query, relation, view: for_each_weight(
        lambda weight: _lacks(query, relation, view, weight)
    ),
    "has": lambda query, relation, view: for_each_weight(
        lambda weight: query.has(relation, "=", 1, narrowed(view, weight)).exists()
    ),
    "with_sum with_count with_min with_max with_avg with_exists": computed,
    "join": lambda query, relation, view: joined(query, relation, view, "join"),
    "left_join": lambda query, relation, view: joined(query, relation, view, "left_join"),
    "relation": related,
    "related": first_related,
}


async def _lacks(query: Query, relation: Any, view: View, weight: int) -> bool:
    every = await query.count()
    return await query.where_doesnt_have(relation, narrowed(view, weight)).count() < every


async def refreshed(query: Query) -> list[Any]:
    repository = BaseRepository(query.session, query.model)
    return [await repository.refresh(owner) for owner in await query.get()]


async def found(query: Query) -> list[Any]:
    repository = BaseRepository(query.session, query.model)
    return [await repository.find(owner.id) for owner in await query.get()]


# Of a query for a model whose relationships are always loaded.
DECLARED_LOADS: dict[str, Callable[[Query], Awaitable[Any]]] = {
    "get": lambda query: query.get(),
    "find": by_key,
    "chunk": lambda query: in_parts(query.chunk(100)),
}
# These cannot lift scopes.
REPOSITORY_LOADS: dict[str, Callable[[Query], Awaitable[Any]]] = {
    "find": found,
    "refresh": refreshed,
}


async def loaded(query: Query, relation: Any, method: str) -> list[Any]:
    owners = await query.get()
    repository = BaseRepository(query.session, relation.class_)
    await getattr(repository, method)(owners, relation)
    return owners


async def with_pivots(query: Query, relation: Any) -> list[Any]:
    owners = await query.with_pivots(relation).get()
    for owner in owners:
        places = getattr(owner, f"{relation.key}_pivots")
        assert places == {item.id: {"place": item.id} for item in getattr(owner, relation.key)}
    return owners
