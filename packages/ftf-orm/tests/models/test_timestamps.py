import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from bookshop import Author, Book
from sqlalchemy import Dialect

from ftf.orm import InvalidValue, UtcDateTime


@pytest.fixture(autouse=True)
def far_from_utc(monkeypatch) -> Iterator[None]:
    """A machine whose local time cannot be taken for UTC."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
async def book(authors, books) -> Book:
    ada = await authors.create(Author(name="Ada"))
    return await books.create(Book(title="Notes", author_id=ada.id))


async def test_a_new_record_was_last_changed_when_it_was_stored(book):
    assert book.updated_at == book.created_at


async def test_edge_50_points_in_time_keep_their_zone(book, seen):
    stored = await seen(Book, book.id)
    assert stored.created_at == book.created_at
    assert stored.created_at.tzinfo is UTC


async def test_edge_50_points_in_time_of_other_zones_are_the_same_points(book, books, seen):
    book.created_at = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    await books.update(book)
    assert (await seen(Book, book.id)).created_at == datetime(2026, 2, 28, 23, 30, tzinfo=UTC)


async def test_edge_50_a_time_without_a_zone_is_refused(book, books):
    book.created_at = datetime(2026, 3, 1)  # noqa: DTZ001  # the mistake
    with pytest.raises(InvalidValue, match="has no time zone"):
        await books.update(book)


async def test_edge_51_only_a_change_moves_the_time_of_the_last_change(book, books):
    before = book.updated_at
    book.title = "Notes"
    assert (await books.update(book)).updated_at == before
    book.title = "More notes"
    assert (await books.update(book)).updated_at > before


def test_no_time_stays_no_time():
    column, dialect = UtcDateTime(), Dialect()
    assert column.process_bind_param(None, dialect) is None
    assert column.process_result_value(None, dialect) is None
