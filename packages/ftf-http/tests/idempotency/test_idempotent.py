"""Requests with an `Idempotency-Key` are executed once."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import cast

import pytest
from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse, StreamingResponse
from httpx import ASGITransport, AsyncClient
from ordering import Order, OrderRepository, application, order
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ftf.http import Injected
from ftf.http.auth import Identity, Visitor
from ftf.http.idempotency import (  # what it needs
    IdempotencyTableMissingError,
    KeyInUse,
    UnstorableAnswerError,
    forget_answers,
    idempotent,
)
from ftf.http.idempotency._answers import Answer, store_answer  # noqa: PLC2701  # a race

TEA = {"product": "tea"}


async def raising(shop, path: str) -> None:
    """Post a request whose error is raised here."""
    transport = ASGITransport(shop.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.post(path, headers={"idempotency-key": "k"})


async def test_resource_81_of_requests_at_once_one_is_executed(shop, serve, database_url):
    other = application(database_url)  # with connections of its own, as another process has
    async with serve(other) as client:
        answers = await asyncio.gather(order(shop.client, 15), order(client, 15))
    assert sum(answers, Counter()) == {201: 30}
    assert await shop.stored() == 1


async def test_resource_81_a_request_whose_key_is_in_use_is_refused_or_waits(app, serving):
    entered, leave = asyncio.Event(), asyncio.Event()

    @app.post("/slow")
    @idempotent(caller=lambda _: "")
    async def slow(orders: Injected[OrderRepository]) -> str:
        await orders.create(Order(product="x"))
        entered.set()
        await leave.wait()
        return "done"

    async with serving(app) as shop:
        first = asyncio.create_task(shop.post("/slow"))
        await entered.wait()
        if shop.engine.dialect.name == "postgresql":
            refused = await shop.post("/slow")
            assert (refused.status_code, refused.headers["retry-after"]) == (409, "1")
            assert refused.json()["type"] == "/problems/key-in-use"
        leave.set()
        assert (await first).json() == "done"
        assert (await shop.post("/slow")).headers["idempotency-replayed"] == "true"
        assert await shop.stored() == 1


async def test_resource_83_a_repeated_request_gets_the_answer_of_the_first(shop):
    first, second = [await shop.post("/orders", json=TEA) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    for name in ("location", "content-type", "content-length"):
        assert first.headers[name] == second.headers[name]
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await shop.stored() == 1
    for _ in range(2):
        assert (await shop.client.post("/orders", json=TEA)).status_code == 201
    assert await shop.stored() == 3


async def test_resource_82_a_key_is_that_of_its_caller_method_path_body_and_query(shop):
    await shop.post("/orders", json=TEA)
    for options in ({"json": {"product": "milk"}}, {"json": TEA, "params": {"a": "1"}}):
        reused = await shop.post("/orders", **options)
        assert (reused.status_code, reused.json()["type"]) == (422, "/problems/key-reused")
        assert reused.json()["errors"] == []
    assert (await shop.post("/placing/tea")).status_code == 200
    assert (await shop.post("/placing/milk")).status_code == 200
    other = await shop.post("/orders", json=TEA, headers={"x-caller": "eve"})
    assert "idempotency-replayed" not in other.headers
    assert await shop.stored() == 4


async def test_resource_83_what_fails_leaves_no_key(app, serving):
    fails: list[object] = [
        HTTPException(409, "no"),
        RuntimeError("no"),
        JSONResponse({"no": True}, 400),
    ]

    @app.post("/failing")
    @idempotent(caller=lambda _: "")
    async def failing(orders: Injected[OrderRepository]) -> object:
        await orders.create(Order(product="x"))
        match fails.pop(0) if fails else None:
            case Exception() as error:
                raise error
            case result:
                return result

    async with serving(app) as shop:
        statuses = [(await shop.post("/failing")).status_code for _ in range(4)]
        assert (statuses, await shop.stored()) == ([409, 500, 400, 200], 1)
        invalid = await shop.post("/orders", json={})
        assert invalid.status_code == 422
        assert (await shop.post("/orders", json=TEA)).status_code == 201


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda: JSONResponse("x" * (256 * 1024 - 1)), "has 262145 bytes, more than 262144"),
        (lambda: StreamingResponse(iter([b"x"])), "is a stream"),
    ],
)
async def test_resource_83_what_cannot_be_stored_is_rolled_back(app, serving, answer, reason):
    @app.post("/long")
    @idempotent(caller=lambda _: "")
    async def long(orders: Injected[OrderRepository]) -> object:
        await orders.create(Order(product="x"))
        return answer()

    async with serving(app) as shop:
        with pytest.raises(UnstorableAnswerError) as refusal:
            await raising(shop, "/long")
        assert await shop.stored() == 0
    assert str(refusal.value).startswith(f"The answer of an idempotent route {reason}: answer")


async def test_resource_83_cookies_are_not_stored(app, serving):
    @app.post("/cookie")
    @idempotent(caller=lambda _: "")
    async def cookie() -> JSONResponse:
        return JSONResponse(1, headers={"set-cookie": "a=b", "x-own": "1"})

    async with serving(app) as shop:
        first, second = [await shop.post("/cookie") for _ in range(2)]
        assert first.headers["set-cookie"] == "a=b"
        assert "set-cookie" not in second.headers
        assert second.headers["x-own"] == "1"


@pytest.mark.parametrize(
    ("keys", "status"),
    [
        (["k" * 255], 200),
        (['"a \\" b"'], 200),
        (["k" * 256], 400),
        ([""], 400),
        (['""'], 400),
        (["a b"], 400),
        (["é".encode()], 400),
        (["a", "a"], 400),
        ([], 400),
    ],
)
async def test_resource_84_a_key_is_one_short_visible_text(shop, keys, status):
    headers = [("idempotency-key", key) for key in keys]
    answer = await shop.client.post("/placing/tea", headers=headers)
    assert answer.status_code == status
    assert await shop.stored() == (status == 200)


async def test_a_key_in_quotes_is_the_key_itself(shop):
    await shop.post("/placing/tea", key='"one"')
    assert (await shop.post("/placing/tea", key="one")).headers["idempotency-replayed"] == "true"


async def test_resource_84_old_answers_are_forgotten_and_their_keys_are_free(shop):
    await shop.post("/placing/tea")
    factory = await shop.app.container.aresolve(async_sessionmaker[AsyncSession])
    async with factory() as session:
        assert await forget_answers(session) == 0
        assert await forget_answers(session, older_than=timedelta(0)) == 1
    assert "idempotency-replayed" not in (await shop.post("/placing/tea")).headers
    assert await shop.stored() == 2


async def test_an_answer_that_another_request_has_stored_meanwhile_stays(shop):
    factory = await shop.app.container.aresolve(async_sessionmaker[AsyncSession])
    row = ("r" * 64, "f" * 64, Answer(200, {}, b""))
    async with factory() as session:
        await store_answer(session, *row)
        with pytest.raises(KeyInUse):
            await store_answer(session, *row)


async def test_a_missing_table_is_named(shop):
    async with shop.engine.begin() as connection:
        await connection.execute(text("DROP TABLE ftf_idempotent_answers"))
    with pytest.raises(IdempotencyTableMissingError, match="Call `add_idempotency_table") as error:
        await raising(shop, "/placing/tea")
    assert await shop.stored() == 0
    with pytest.raises(ProgrammingError if "post" in shop.engine.name else OperationalError):
        raise cast("Exception", error.value.__cause__)


async def test_an_error_of_a_handler_s_own_statement_stays_as_it_is(app, serving):
    @app.post("/wrong")
    @idempotent(caller=lambda _: "")
    async def wrong(session: Injected[AsyncSession]) -> None:
        await session.execute(text("SELECT nothing FROM nowhere"))

    async with serving(app) as shop:
        with pytest.raises((OperationalError, ProgrammingError), match="nowhere"):
            await raising(shop, "/wrong")


async def test_resource_82_the_caller_is_the_user_of_a_guard(app, serving):
    visitors = {"": Visitor()} | {
        name: Visitor(Identity(subject=name, guard="g")) for name in ("ada", "eve")
    }
    current = [""]
    app.register(Visitor, lambda: visitors[current[0]])

    @app.post("/own")
    @idempotent()
    async def own() -> str:
        return current[0]

    async with serving(app) as shop:
        assert (await shop.post("/own")).status_code == 400
        for name in ("ada", "eve", "ada"):
            current[:] = [name]
            assert (await shop.post("/own")).json() == name


async def test_a_route_of_another_class_is_refused(app, serving):
    router = APIRouter(dependencies=[idempotent(caller=lambda _: "")])

    @router.post("/other")
    async def other() -> None: ...

    app.include_router(router)
    async with serving(app) as shop:
        with pytest.raises(RuntimeError, match=r"idempotent needs an ftf\.http\.Route: declare"):
            await raising(shop, "/other")
