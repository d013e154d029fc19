"""Whatever a client sends, the answer is one that the OpenAPI document has.

Schemathesis makes up requests by the document of the blog, from guests and users, and of a resource
of each shape: what is allowed, and what is not.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Any

import httpx
import pytest
import schemathesis
from alembic import command
from alembic.config import Config
from catalogue import Model, Product
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from resource_mutations import made_up
from resource_shapes import Label, add_shapes
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Table, select
from uvicorn import Config as ServerConfig
from uvicorn import Server

import blog
from blog.__main__ import fill
from blog.app import create_app
from blog.models import Comment, Post, User
from blog.seed import COMMENTS, PASSWORD
from ftf.http import FastTrackFramework
from ftf.http.limits import LimitsProvider, Outcome, Take
from ftf.orm import DatabaseProvider, create_engine

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 60
BATCH = 10  # of a smaller one, all but the first would be wrong in some way
BAD = 400
LONG = 600  # seconds: a test has no limit of its own
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

type Headers = Callable[[], Mapping[str, str]]
type Look = Callable[[schemathesis.Case[Any], Any], None]


class Unlimited:
    """A store of limits that never refuses: a test sends more than any client may."""

    failures: tuple[type[Exception], ...] = ()

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def take(self, takes: Sequence[Take]) -> Sequence[Outcome]:
        return [Outcome(allowed=True, remaining=1, reset=0) for _ in takes]

    async def give_back(self, taken: Sequence[tuple[Take, Outcome]]) -> None: ...


@contextmanager
def served(app: FastTrackFramework) -> Iterator[str]:
    """Serve an application by a real server."""
    app.container.add_provider(LimitsProvider(Unlimited()))
    with create_server(("127.0.0.1", 0)) as listener:
        server = Server(ServerConfig(app, log_level="critical"))
        serving = Thread(target=server.run, args=([listener],))
        serving.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            serving.join()


# Not of the module: the server has to end before the test is asked what it has left open.
@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database that is not there yet."""
    found = f"sqlite+aiosqlite:///{tmp_path}/test.db"
    monkeypatch.setenv("FTF_DATABASE_URL", found)
    return found


@pytest.fixture
def served_blog(url: str) -> Iterator[str]:  # noqa: ARG001  # sets where it is
    """A blog with a few hundred records."""
    command.upgrade(Config(Path(blog.__file__).with_name("alembic.ini")), "head")
    app = create_app()
    asyncio.run(fill(app))
    with served(app) as base_url:
        yield base_url


def send_to_all(base_url: str, headers: Headers = dict, look: Look | None = None) -> set[str]:
    """Send made-up requests to all operations. Return those that have answered by success."""
    document = httpx.get(f"{base_url}/openapi.json", timeout=LONG).json()
    found = schemathesis.openapi.from_dict(document).get_all_operations()
    operations = [each.ok() for each in found if isinstance(each, Ok)]
    succeeded, failed = set(), {}
    for operation, kind in product(operations, GenerationMode):
        sent = headers()

        def send(case: schemathesis.Case[Any], sent: Mapping[str, str] = sent) -> None:
            near(case)
            answer = case.call(base_url, headers=dict(sent), timeout=LONG)
            try:
                case.validate_response(answer, checks=CHECKS, headers=dict(sent))
            except FailureGroup as group:
                for failure in group.exceptions:
                    failed.setdefault((case.operation.label, failure.title), str(group))
            if answer.status_code < BAD:
                succeeded.add(case.operation.label)
            if look is not None:
                look(case, answer)

        send_many(operation.as_strategy(generation_mode=kind), send)
    assert not failed, "\n\n".join(f"{place}: {text}" for place, text in failed.items())
    return succeeded


def send_many(cases: SearchStrategy[Any], send: Callable[[Any], None]) -> None:
    """Send the cases of one operation, the same ones each time."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def each(case: Any) -> None:
        send(case)

    with suppress(Unsatisfiable):  # nothing that an operation without parameters could refuse
        each()


def near(case: schemathesis.Case[Any]) -> None:
    """Let most of the made-up keys be those of records that are there."""
    for name, key in (case.path_parameters or {}).items():
        case.path_parameters[name] = nearer(key)
    if isinstance(case.body, list):  # a batch of keys, or of items that have one
        case.body = [
            {**each, "id": nearer(each["id"])}
            if isinstance(each, dict) and "id" in each
            else nearer(each)
            for each in (case.body[:1] if len(case.body) < BATCH else case.body)
        ]


def nearer[K](key: K) -> K | int:
    """Return a key that is there for most of those that are numbers."""
    is_number = isinstance(key, int | float) and not isinstance(key, bool)
    return 1 + int(abs(key)) % COMMENTS if is_number and key % 4 else key


def rows(url: str, *models: type) -> dict[tuple[str, int], tuple[object, ...]]:
    """Return every row of some tables."""

    async def read() -> dict[tuple[str, int], tuple[object, ...]]:
        engine = create_engine(url)
        found = {}
        async with engine.connect() as connection:
            for model in models:
                table: Table = model.__table__
                for row in await connection.execute(select(table)):
                    found[table.name, row.id] = tuple(row)
        await engine.dispose()
        return found

    return asyncio.run(read())


def logging_in(base_url: str, name: str) -> Headers:
    """Return what logs a user in, by a password that may have been changed meanwhile."""

    def headers() -> Mapping[str, str]:
        account = {"email": f"{name}@example.com", "password": PASSWORD}
        answer = httpx.post(f"{base_url}/auth/login", json=account, timeout=LONG).raise_for_status()
        return {"authorization": f"Bearer {answer.json()['access_token']}"}

    return headers


OPEN = {
    "/auth/login",
    "/auth/token",
    "/auth/revoke",
    "/auth/register",
    "/auth/forgot-password",
    "/auth/reset-password",
    "/auth/verify-email",
}


def test_a_guest_of_the_blog_reads_and_changes_nothing(served_blog: str, url: str) -> None:
    before = rows(url, User, Post, Comment)

    def look(case: schemathesis.Case[Any], answer: Any) -> None:
        if case.method in UNSAFE and case.operation.path not in OPEN:
            assert answer.status_code in {401, 405}, case.operation.label

    succeeded = send_to_all(served_blog, look=look)
    after = rows(url, User, Post, Comment)
    assert {key: row for key, row in after.items() if key in before} == before
    assert {table for table, _ in after.keys() - before.keys()} <= {"users"}  # registered
    assert {"GET /posts", "GET /users/{user}", "GET /posts/{post}/comments"} <= succeeded


def test_a_reader_of_the_blog_changes_what_is_theirs_only(served_blog: str, url: str) -> None:
    before = rows(url, User, Post, Comment)
    me = max(number for table, number in before if table == "users")  # the last account
    succeeded = send_to_all(served_blog, logging_in(served_blog, "reader"))
    after = rows(url, User, Post, Comment)
    changed = {key for key, row in before.items() if after.get(key) != row}
    assert changed <= {("users", me)}
    assert {"POST /posts", "POST /posts/{post}/comments", "GET /users/me"} <= succeeded
    assert not {"POST /users", "PUT /users/{user}/roles"} & succeeded


def test_an_admin_of_the_blog_gets_documented_answers(served_blog: str) -> None:
    succeeded = send_to_all(served_blog, logging_in(served_blog, "admin"))
    assert {"PATCH /posts/{id}", "DELETE /posts/{id}", "POST /users"} <= succeeded


async def filled_shop(url: str) -> FastTrackFramework:
    """Return a resource of each shape, with some products."""
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Model.metadata.create_all)
        products = ({"sku": f"P{each}", "name": "Tea", "price": 1} for each in range(COMMENTS))
        await connection.execute(Product.__table__.insert(), [*products])
        labels = ({"name": f"L{each}", "text": "x", "version": 1} for each in range(COMMENTS))
        await connection.execute(Label.__table__.insert(), [*labels])
    await engine.dispose()
    return add_shapes(FastTrackFramework(providers=[DatabaseProvider(url)]))


def test_resources_of_all_shapes_give_documented_answers(url: str) -> None:
    with served(asyncio.run(filled_shop(url))) as base_url:
        succeeded = send_to_all(base_url)
    assert {
        *(f"GET {path}" for path in ("/products", "/by-cursor", "/simple", "/simple/{id}")),
        *("PATCH /products/{id}", "DELETE /products/{id}", "PUT /by-cursor/{id}"),
        *("POST /products/{product}/reviews", "GET /products/{product}/reviews"),
        *("GET /labels", "POST /labels", "POST /labels/batch", "PATCH /labels/batch"),
        *(f"{method} /labels/{{id}}" for method in ("GET", "PATCH", "PUT", "DELETE")),
        *("POST /labels/batch-delete", "GET /matched-labels/{id}"),
    } <= succeeded


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_ten_thousand_made_up_requests_are_no_errors_of_the_server(
    database: str, url: str, request: pytest.FixtureRequest
) -> None:
    if database == "postgres":
        url = request.getfixturevalue("postgres_url")
    app, failed = await filled_shop(url), []
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        for each in made_up(seed=2, number=10_000):
            answer = await client.request(
                each.method, each.path, content=each.content, headers=each.headers
            )
            is_problem = answer.headers.get("content-type") == "application/problem+json"
            if answer.is_server_error or (answer.is_error and not is_problem):
                failed.append((answer.status_code, each))
    assert not failed
