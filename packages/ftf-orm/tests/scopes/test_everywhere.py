"""Every way to reach records leaves hidden ones out, and finds them where a scope is lifted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import pytest
import pytest_asyncio
from everywhere import (
    CONDITIONS,
    DATA,
    EXPECTED,
    INSERTS,
    KEYS,
    NO_RECORDS,
    OTHER_STEPS,
    OWN_VIEWS,
    READS,
    RECORD_OF_THE_CALLER,
    REPOSITORY,
    ROWS_OF_KEYS,
    VIEWS,
    WRITES,
    Query,
    View,
    weights_of,
)
from everywhere_related import (
    DECLARED_LOADS,
    LOADS,
    LOADS_OF_TERMINALS,
    RELATIONS,
    REPOSITORY_LOADS,
    SUBQUERIES,
    items_of,
    loaded,
    with_pivots,
)
from market import DECLARED, STRATEGIES, WEIGHTS, Item, Market, Sale, Stall, fill
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import selectinload

from ftf.orm import BaseRepository, PaginatedQuery, QueryBuilder, Relation, create_engine

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAIN = VIEWS["as it is"]


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=["sqlite", "postgres"])
async def connection(request, tmp_path_factory) -> AsyncIterator[AsyncConnection]:
    sqlite = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('market')}/test.db"
    on_postgres = request.param == "postgres"
    engine = create_engine(request.getfixturevalue("bare_postgres_url") if on_postgres else sqlite)
    async with engine.begin() as connection:
        await fill(connection)
    async with engine.connect() as connection:
        yield connection
    async with engine.begin() as connection:
        await connection.run_sync(Market.metadata.drop_all)
    await engine.dispose()


@asynccontextmanager
async def undone(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """A session whose commits are undone."""
    transaction = await connection.begin()
    mode: Any = {"join_transaction_mode": "create_savepoint", "expire_on_commit": False}
    try:
        async with AsyncSession(connection, **mode) as session:
            yield session
    finally:
        await transaction.rollback()


@pytest_asyncio.fixture(loop_scope="module")
async def session(connection) -> AsyncIterator[AsyncSession]:
    async with undone(connection) as session:
        yield session


async def known(session: AsyncSession, *models: type[Market]) -> list[object]:
    """Load all records, hidden ones too, with their relationships, as SQLAlchemy does it alone."""
    found: list[object] = []
    for model in models:
        names = model.__mapper__.relationships.keys()
        loads = [selectinload(getattr(model, name)) for name in names]
        found += (await session.scalars(select(model).options(*loads))).unique()
    return found


def owners(session: AsyncSession, model: type[Market], view: View = PLAIN) -> Query:
    return view.lift(QueryBuilder(session, model).order_by_key(), Item)


def weights(view: View, kind: str = "") -> list[int]:
    """Return the weights of the items that a view shows; the first one has the others as parts."""
    parts = [weight for weight in view.weights if weight > 1 and view.seller == 1]
    return parts if kind == "own" else view.weights


@pytest.mark.parametrize("name", READS)
async def test_reads_of_a_query(session, name):
    records = await known(session, Item)
    for title, view in OWN_VIEWS.items():
        with view.in_force():
            query = view.lift(QueryBuilder(session, Item)).order_by(Item.id)
            found = await weights_of(READS[name](query))
        assert found == EXPECTED.get(name, list)(view.weights), title
    assert len(records) == len(KEYS)


@pytest.mark.parametrize("name", WRITES)
async def test_writes_of_a_query(connection, name):
    write, is_written = WRITES[name]
    for title, view in OWN_VIEWS.items():
        async with undone(connection) as session:
            records = await known(session, Item) if title in VIEWS else []
            with view.in_force():
                count = await write(view.lift(QueryBuilder(session, Item)).all_rows())
            rows = dict((await session.execute(select(Item.weight, Item.version))).all())
            if is_written is None:
                found = {*WEIGHTS.values()} - rows.keys()
            else:
                found = {*await session.scalars(select(Item.weight).where(is_written))}
                assert {weight for weight, version in rows.items() if version > 1} == found
            for item in session.sync_session.identity_map.values() if records else ():
                assert not isinstance(item, Item) or item.version == rows[item.weight]
        deleted = {WEIGHTS["deleted"]}
        # What is deleted already keeps its time, and what is not cannot be restored.
        kept = {"delete": deleted, "restore": {*view.weights} - deleted}.get(name, set())
        assert found == {*view.weights} - kept, title
        assert count == len(found), title


class Viewed(BaseRepository[Item]):
    view: View

    def query(self) -> QueryBuilder[Item]:
        return self.view.lift(super().query())


@pytest.mark.parametrize("name", REPOSITORY)
async def test_methods_of_a_repository(connection, name):
    for title, view in OWN_VIEWS.items():
        async with undone(connection) as session:
            records = await known(session, Item) if title in VIEWS else []
            items = Viewed(session)
            items.view = view
            with view.in_force():
                found = await weights_of(REPOSITORY[name](items))
            expected = EXPECTED.get("" if name == "exists" else name, list)(view.weights)
            assert found == expected, title
            assert len(records) in {0, len(KEYS)}


@pytest.mark.parametrize("name", LOADS)
async def test_eager_loads(session, name):
    for kind, relation in RELATIONS.items():
        for records in ([], await known(session, Stall, Sale, Item)):
            for title, view in VIEWS.items():
                with view.in_force():
                    query = owners(session, relation.class_, view)
                    found = items_of(await LOADS[name](query, relation), relation.key)
                assert found == weights(view, kind), (kind, title, len(records))
                if not records:
                    session.expunge_all()
        session.expunge_all()


@pytest.mark.parametrize("name", LOADS_OF_TERMINALS)
async def test_eager_loads_of_other_terminals(session, name):
    records = await known(session, Stall)
    for title, view in VIEWS.items():
        with view.in_force():
            found = await LOADS_OF_TERMINALS[name](owners(session, Stall, view), Stall.items)
        assert items_of(found, "items") == weights(view), title
    assert records


@pytest.mark.parametrize("name", SUBQUERIES)
async def test_subqueries_and_joins(session, name):
    for kind, relation in RELATIONS.items():
        for title, view in VIEWS.items():
            with view.in_force():
                query = owners(session, relation.class_)
                found = await SUBQUERIES[name](query, relation, view)
            assert found == weights(view, kind), (kind, title)


async def test_association_rows(session):
    records = await known(session, Stall)
    for title, view in VIEWS.items():
        with view.in_force():
            for part in (Stall.shown, Stall.shown.and_(Item.id > 0)):
                found = await with_pivots(owners(session, Stall, view), part)
                assert items_of(found, "shown") == weights(view), title
            rows = BaseRepository(session, Stall).relation(found[0], Stall.shown)
            own = VIEWS["another seller"] if view.seller > 1 else PLAIN
            assert [2 ** (key - 1) for key in sorted(await rows.pivots())] == own.weights
    assert records


@pytest.mark.parametrize("method", ["load", "load_missing"])
async def test_loads_of_known_records(session, method):
    records = await known(session, Stall, Sale, Item) if method == "load" else []
    for kind, relation in RELATIONS.items():
        for view in (PLAIN, VIEWS["another seller"]):
            with view.in_force():
                found = await loaded(owners(session, relation.class_), relation, method)
            assert items_of(found, relation.key) == weights(view, kind), kind
            if not records:
                session.expunge_all()


@pytest.mark.parametrize("step", ["with_", "with_joined"])
async def test_paths(session, step):
    part = Sale.stall.and_(Stall.id > 0)
    paths: list[Any] = [(Sale.stall, Stall.items), "stall.items", (part, Stall.items)]
    records = await known(session, Sale, Stall)
    for title, view in VIEWS.items():
        for path in paths:
            with view.in_force():
                found = await getattr(owners(session, Sale, view), step)(path).get()
            assert items_of([found[0].stall], "items") == weights(view), title
    assert records


@pytest.mark.parametrize("lazy", STRATEGIES)
async def test_declared_eager_loads(session, lazy):
    for model in DECLARED[lazy]:
        names = [relation.key for relation in model.__mapper__.relationships]
        for records in ([], await known(session, model)):
            for (title, view), way in product(VIEWS.items(), DECLARED_LOADS):
                with view.in_force():
                    found = await DECLARED_LOADS[way](owners(session, model, view))
                for name in names:
                    assert items_of(found, name) == weights(view), (name, way, title)
                if not records:
                    session.expunge_all()
        for way, load in REPOSITORY_LOADS.items():
            found = await load(owners(session, model))
            assert items_of(found, names[0]) == weights(PLAIN), way


@pytest.mark.parametrize("lazy", STRATEGIES)
async def test_declared_eager_loads_of_rows_that_are_written(session, lazy):
    stalls, sales = (BaseRepository(session, model) for model in DECLARED[lazy])
    rows = [{"id": key, "item_id": key, "stall_id": 1} for key in KEYS]
    found = [
        *await stalls.upsert([{"id": 1}], unique_by=["id"], update=["id"]),
        *await sales.upsert(rows, unique_by=["id"]),
        *await sales.create_many([{"item_id": key, "stall_id": 1} for key in KEYS]),
        *await sales.insert_or_ignore([{"item_id": key, "stall_id": 1} for key in KEYS]),
    ]
    for owner in found:
        for name in {"items", "shown", "item"}.intersection(owner.__mapper__.relationships.keys()):
            assert {*items_of([owner], name)} <= {*weights(PLAIN)}
    assert items_of(found[:1], "items") == weights(PLAIN)


async def test_every_public_method_is_in_a_table_or_has_a_reason_not_to_be():
    def named(*tables: Any) -> set[str]:
        return {name for table in tables for key in table for name in key.split()}

    def public(kind: type) -> set[str]:
        return {name for name in dir(kind) if not name.startswith("_")}

    loads = {"load", "load_missing", "relation"}
    steps = {"with_pivots"} | CONDITIONS | OTHER_STEPS | NO_RECORDS
    reached = named(READS, WRITES, OWN_VIEWS, LOADS, SUBQUERIES)
    of_repository = named(REPOSITORY) | loads | INSERTS | RECORD_OF_THE_CALLER
    assert public(QueryBuilder) - reached - steps - DATA == set()
    assert public(PaginatedQuery) == public(QueryBuilder)
    assert public(BaseRepository) - of_repository - DATA == set()
    assert public(Relation) - {"query", "pivots"} - ROWS_OF_KEYS - DATA == set()
