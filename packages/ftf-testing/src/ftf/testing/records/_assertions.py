"""Assertions about stored rows."""

from typing import TYPE_CHECKING

from .._mapper import mapper_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import QueryableAttribute

    from ftf.container import Container
    from ftf.orm import Seeder

    from ._lookup import Lookup


async def assert_has(session: "AsyncSession", model: type, /, **where: object) -> None:
    """Assert that a table has a row with certain values.

    The table itself is read: filters of the models, such as for soft deletes, do not apply.

    Args:
        session: A session; its pending changes are flushed.
        model: The mapped class.
        where: The values by attribute.

    Raises:
        AssertionError: There is none; the text shows the most similar rows.
        TypeError: The model has no such attribute.
    """
    rows = _lookup(session, model, where)
    if not await rows.count():
        raise AssertionError(f"there is no {rows}; {await rows.nearest()}")


async def assert_missing(session: "AsyncSession", model: type, /, **where: object) -> None:
    """Assert that a table has no row with certain values.

    Args:
        session: A session; its pending changes are flushed.
        model: The mapped class.
        where: The values by attribute.

    Raises:
        AssertionError: There are such rows; the text shows them.
        TypeError: The model has no such attribute.
    """
    rows = _lookup(session, model, where)
    if count := await rows.count():
        raise AssertionError(
            f"there should be no {rows}, and there are {count}; {await rows.nearest()}"
        )


async def assert_count(
    session: "AsyncSession", model: type, count: int, /, **where: object
) -> None:
    """Assert how many rows a table has, or how many with certain values.

    Args:
        session: A session; its pending changes are flushed.
        model: The mapped class.
        count: The expected number.
        where: The values by attribute.

    Raises:
        AssertionError: There are more or fewer; the text shows the first ones.
        TypeError: The model has no such attribute.
    """
    rows = _lookup(session, model, where)
    if (found := await rows.count()) != count:
        raise AssertionError(
            f"there should be {count} {rows}, and there are {found}; {await rows.nearest()}"
        )


async def assert_soft_deleted(
    session: "AsyncSession",
    record: object,
    /,
    column: "QueryableAttribute[object] | str | None" = None,
    **where: object,
) -> None:
    """Assert that the row of a record, or one with certain values, is marked as deleted.

    Args:
        session: A session; its pending changes are flushed.
        record: A record, or the mapped class.
        column: The column that marks a row: true if it is boolean, or else not NULL. The
            attribute, such as `Post.archived_at`, or its name; by default that of ftf-orm's
            `SoftDeletes`, or "deleted_at".
        where: The values by attribute.

    Raises:
        AssertionError: There is none, or only one that is not deleted.
        TypeError: The model has no such attribute.
    """
    if not isinstance(record, type):
        where = {**_key_of(record), **where}
        record = type(record)
    column = getattr(record, "__deleted_at__", "deleted_at") if column is None else column
    rows = _lookup(session, record, where)
    if not await rows.count(marked=column if isinstance(column, str) else column.key):
        raise AssertionError(f"there is no soft-deleted {rows}; {await rows.nearest()}")


async def assert_idempotent(
    seeder: "type[Seeder]", session: "AsyncSession", container: "Container | None" = None
) -> None:
    """Assert that a second run of a seeder changes no row of any table.

    The seeders that it comes after run too, each time.

    Args:
        seeder: The class.
        session: The session that reads the tables, and that the seeder works in.
        container: The container that makes the seeder and has its session; by default one that
            has the session alone.

    Raises:
        AssertionError: Rows were added, removed or changed; the text names the tables.
        SeederFailed: A run failed.
    """
    from sqlalchemy.ext.asyncio import AsyncSession

    from ftf.container import Container
    from ftf.orm import run_seeders

    from ._table_rows import differences, read_rows

    if container is None:
        container = Container()
        container.instance(AsyncSession, session)
    rows = []
    for _ in range(2):
        await run_seeders(container, [seeder], force=True, environment="testing")
        rows.append(await read_rows(session))
    if found := [*differences(*rows)]:
        raise AssertionError("\n  ".join([f"{seeder.__name__} is not idempotent:", *found]))


def _key_of(record: object) -> dict[str, object]:
    """Return the values of a record's primary key, by attribute."""
    mapper = mapper_of(type(record))
    names = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    return {name: getattr(record, name) for name in names}


def _lookup(session: "AsyncSession", model: type, where: dict[str, object]) -> "Lookup":
    from ._lookup import Lookup

    return Lookup(session, model, where)
