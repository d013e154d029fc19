"""What is special about counting in PostgreSQL."""

import asyncio
import sys
from dataclasses import replace

import pytest
from fastapi import HTTPException
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine
from units_of_work import RecordingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected
from ftf.http.limits import GuardedStore, Limit, LimitsProvider, PostgresLimits, Take, throttle

LIMIT = replace(Limit.per_hour(3), name="api")
EXACT = replace(Limit.per_hour(3, exact=True), name="exact")


@pytest.fixture
async def store(postgres_url, request):
    made = PostgresLimits(postgres_url, secret=request.node.nodeid)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def connection(postgres_url):
    engine = create_async_engine(postgres_url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.fixture
def statements(store):
    """The statements of a store, as SQLAlchemy executes them."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(store._engine.sync_engine, "before_cursor_execute", note)  # noqa: SLF001
    return seen


@pytest.mark.parametrize("limit", [LIMIT, EXACT])
async def test_one_statement_is_needed_and_two_to_refuse(store, statements, limit):
    for _ in range(3):
        await store.take([Take(limit, "a")])
    assert len(statements) == 3
    assert not (await store.take([Take(limit, "a")]))[0].allowed
    assert len(statements) == 5


@pytest.mark.parametrize("limit", [LIMIT, EXACT])
async def test_edge_s77_a_refusal_writes_no_version_of_a_row(store, connection, limit):
    take = [Take(limit, "a")]
    for _ in range(3):
        await store.take(take)
    key = store._key(take[0])  # noqa: SLF001
    read = text("SELECT xmin, ctid FROM ftf.limits WHERE key = :key")
    before = (await connection.execute(read, {"key": key})).one()
    await store.take(take)
    assert (await connection.execute(read, {"key": key})).one() == before


async def test_edge_s77_many_callers_of_two_limits_do_not_wait_for_each_other_for_ever(store):
    first, second = Take(LIMIT, "a"), Take(EXACT, "b")
    calls = [store.take([first, second][:: -1 if number % 2 else 1]) for number in range(100)]
    outcomes = await asyncio.gather(*calls)
    assert sum(all(outcome.allowed for outcome in each) for each in outcomes) == 3


async def test_rows_that_are_whole_again_are_deleted(store, connection):
    brief = replace(Limit.per_second(100_000), name="brief")
    store._until_prune = 20  # noqa: SLF001  # of a thousand
    for number in range(20):
        await store.take([Take(brief, str(number))])
    count = text("SELECT count(*) FROM ftf.limits WHERE key LIKE '%:brief:g'")
    assert (await connection.execute(count)).scalar_one() < 20


async def test_two_processes_that_start_together_make_one_table(postgres_url, connection):
    stores = [PostgresLimits(postgres_url, schema='with "quotes"') for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    found = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'with \"quotes\"'")
    assert (await connection.execute(found)).scalar_one() == 1
    for store in stores:
        await store.close()


async def test_edge_s76_a_database_that_comes_late_is_used_when_it_is_there(postgres_url, request):
    seconds = 0.0
    late = PostgresLimits(postgres_url, secret=request.node.nodeid)
    statements, late._statements.creation[:] = [*late._statements.creation], [text("nonsense")]  # noqa: SLF001
    guarded = GuardedStore(late, timeout=60, clock=lambda: seconds)
    await guarded.open()
    (outcome,) = await guarded.take([Take(LIMIT, "a")])
    assert outcome.degraded
    late._statements.creation[:] = statements  # noqa: SLF001
    seconds = 3.1
    (outcome,) = await guarded.take([Take(LIMIT, "a")])
    assert not outcome.degraded
    await guarded.close()


async def test_edge_s76_no_database_is_an_outage():
    store = PostgresLimits("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    guarded = GuardedStore(store, timeout=60)
    await guarded.open()
    (outcome,) = await guarded.take([Take(LIMIT, "a")])
    assert outcome.degraded
    await guarded.close()


async def test_without_sqlalchemy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy.exc", None)
    with pytest.raises(ImportError, match=r'`pip install "ftf-http\[orm\]" asyncpg`'):
        PostgresLimits("postgresql+asyncpg://localhost")


async def test_edge_s77_the_hit_of_a_request_that_is_rolled_back_stays(store, serve):
    app = FastTrackFramework(providers=[LimitsProvider(store)])
    app.add_limit("two", Limit.per_hour(2))
    log: list[str] = []

    @app.get("/")
    @throttle("two")
    async def fail(units: Injected[UnitsOfWork]) -> None:
        units.add(RecordingUnit(log))
        raise HTTPException(400)

    async with serve(app) as client:
        assert [(await client.get("/")).status_code for _ in range(3)] == [400, 400, 429]
    assert log == ["rollback", "rollback"]
