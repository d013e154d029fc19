from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
)
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Annotated, Any, NewType, Protocol
from unittest.mock import AsyncMock, MagicMock

import pytest

from ftf.container import Container, InvalidRegistrationError

events: list[str] = []


class Pool:
    def __enter__(self):
        raise AssertionError("nobody asked for that")

    def __exit__(self, *_: object) -> None: ...

    async def __aenter__(self):
        raise AssertionError("nobody asked for that")

    async def __aexit__(self, *_: object) -> None: ...


class Small(Pool): ...


class Source(Protocol): ...


Main = NewType("Main", Pool)


@pytest.fixture(autouse=True)
def _no_events():
    events.clear()


class Lender:
    @contextmanager
    def lend(self) -> Iterator[Pool]:
        yield Pool()
        events.append("method")

    @classmethod
    @contextmanager
    def lend_as_class(cls) -> Iterator[Pool]:
        yield Pool()
        events.append(cls.__name__)


@contextmanager
def lend() -> Iterator[Pool]:
    yield Pool()
    events.append("function")


@asynccontextmanager
async def alend() -> AsyncIterator[Pool]:
    yield Pool()
    events.append("async function")


@pytest.mark.parametrize(
    ("factory", "event"),
    [
        (lend, "function"),
        (alend, "async function"),
        (Lender().lend, "method"),
        (Lender.lend_as_class, "Lender"),
    ],
)
async def test_edge_24_a_context_manager_function_delivers_what_it_yields(factory, event):
    container = Container()
    container.register(Pool, factory, scope="scoped")
    async with container.scoped_context() as scope:
        assert type(await scope.aresolve(Pool)) is Pool
        assert events == []
    assert events == [event]


def test_edge_24_a_plain_context_manager_function_needs_no_await():
    container = Container()
    container.register(Pool, lend)
    with container.scoped_context() as scope:
        assert type(scope.resolve(Pool)) is Pool
    assert events == ["function"]


@pytest.mark.parametrize("lifetime", ["transient", "scoped", "singleton"])
async def test_edge_24_an_instance_that_is_a_context_manager_is_not_entered(lifetime):
    container = Container()
    container.register(Pool, scope=lifetime)
    async with container.scoped_context() as scope:
        assert type(await scope.aresolve(Pool)) is Pool
    container.register(Pool, partial(Pool), scope=lifetime)
    with container.scoped_context() as scope:
        assert type(scope.resolve(Pool)) is Pool


def returning(kind: str, hint: object):
    """A factory of a kind, annotated to return something."""

    def plain():
        return Pool()

    async def coroutine():
        return Pool()

    def generator():
        yield Pool()

    async def async_generator():
        yield Pool()

    factory = locals()[kind.replace(" ", "_")]
    factory.__annotations__["return"] = hint
    return factory


FORMS = {
    "plain": [Pool, Small, "Pool", Pool | None, Any, Annotated[Pool, "x"], "Unknown", Source],
    "coroutine": [Pool, Small, "Pool", Pool | None],
    "generator": [Iterator, Iterable, Generator],
    "async generator": [AsyncIterator, AsyncIterable, AsyncGenerator],
}
RIGHT = [
    (kind, hint if kind in {"plain", "coroutine"} else hint[(Pool, *rest)])
    for kind, hints in FORMS.items()
    for hint in hints
    for rest in [(None, None) if hint is Generator else (None,) if hint is AsyncGenerator else ()]
]
RIGHT += [("generator", Generator[Pool]), ("async generator", AsyncGenerator[Pool])]
RIGHT += [("generator", Iterator), ("generator", "Iterator[Pool]")]


@pytest.mark.parametrize(("kind", "hint"), RIGHT)
@pytest.mark.parametrize("key", [Pool, Source, Main, Annotated[Pool, "x"], "pool"])
async def test_edge_25_every_right_return_hint_is_accepted(kind, hint, key):
    container = Container()
    container.register(key, returning(kind, hint))
    async with container.scoped_context() as scope:
        assert type(await scope.aresolve(key)) is Pool


WRONG = [
    ("plain", int, "int, not Pool"),
    ("plain", None, "NoneType, not Pool"),
    ("plain", int | str, r"int \| str, not Pool"),
    ("plain", Iterator[int], "int, not Pool"),
    ("coroutine", int, "int, not Pool"),
    ("coroutine", list[Pool], r"list\[.*Pool\], not Pool"),
    ("generator", Pool, r"Pool, not Iterator\[Pool\]"),
    ("generator", Iterator[int], "int, not Pool"),
    ("generator", AsyncIterator[Pool], r".*AsyncIterator\[.*Pool\], not Iterator\[Pool\]"),
    ("async generator", Pool, r"Pool, not AsyncIterator\[Pool\]"),
    ("async generator", Iterator[Pool], r".*Iterator\[.*Pool\], not AsyncIterator\[Pool\]"),
    ("async generator", AsyncIterator[int], "int, not Pool"),
]


@pytest.mark.parametrize(("kind", "hint", "problem"), WRONG)
@pytest.mark.parametrize("register", [Container.register, Container.override])
def test_edge_25_a_wrong_return_hint_is_refused_and_names_the_right_one(
    register, kind, hint, problem
):
    container = Container()
    container.register(Pool)
    with pytest.raises(
        InvalidRegistrationError, match=f"is annotated to return {problem}"
    ) as caught:
        register(container, Pool, returning(kind, hint))
    assert kind.replace(" ", "_") in str(caught.value)
    assert "test_results.py:" in str(caught.value)
    assert "Fix the annotation, or pass a factory." in str(caught.value)
    assert type(container.resolve(Pool)) is Pool


@pytest.mark.parametrize("kind", FORMS)
async def test_edge_25_a_missing_return_hint_is_no_matter_where_the_key_is_given(kind):
    factory = returning(kind, None)
    del factory.__annotations__["return"]
    container = Container()
    container.register(Pool, factory)
    async with container.scoped_context() as scope:
        assert type(await scope.aresolve(Pool)) is Pool


def test_edge_25_the_error_for_a_function_without_a_key_asks_for_one():
    container = Container()
    for function in (returning("plain", Pool), returning("generator", Iterator[Pool])):
        with pytest.raises(InvalidRegistrationError, match="is not a class") as caught:
            container.register(function)
        assert f"`container.register(..., {function.__name__})`" in str(caught.value)
        assert "test_results.py:" in str(caught.value)


@pytest.mark.parametrize("value", [None, 0, "", [], False])
@pytest.mark.parametrize("lifetime", ["scoped", "singleton"])
async def test_edge_26_a_falsy_instance_is_kept_and_torn_down_like_any_other(value, lifetime):
    def make():
        events.append("made")
        yield value
        events.append("closed")

    async def amake():
        events.append("made")
        yield value
        events.append("closed")

    for factory in (make, amake):
        events.clear()
        async with Container() as container:
            container.register(Pool, factory, scope=lifetime)
            async with container.scoped_context() as scope:
                assert await scope.aresolve(Pool) is value
                assert await scope.aresolve(Pool) is value
                assert scope.resolve(Pool) is value
        assert events == ["made", "closed"]


@pytest.mark.parametrize("mock", [MagicMock, AsyncMock])
@pytest.mark.parametrize("lifetime", ["transient", "scoped", "singleton"])
async def test_edge_26_a_mock_is_neither_awaited_nor_closed(mock, lifetime):
    fake = mock()
    async with Container() as container:
        container.register(Pool, lambda: fake, scope=lifetime)
        async with container.scoped_context() as scope:
            assert scope.resolve(Pool) is fake
            assert await scope.aresolve(Pool) is fake
            with container.override_instance(Pool, other := mock(spec=Pool)):
                assert await scope.aresolve(Pool) is other
    assert fake.mock_calls == []


def test_a_context_manager_function_may_be_given_some_arguments_first():
    @contextmanager
    def open_pool(name: str) -> Iterator[Pool]:
        events.append(f"{name} opened")
        yield Pool()
        events.append(f"{name} closed")

    container = Container()
    container.register(Pool, partial(open_pool, "first"), scope="scoped")
    with container.scoped_context() as scope:
        assert type(scope.resolve(Pool)) is Pool
    assert events == ["first opened", "first closed"]
