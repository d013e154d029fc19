"""How the database executes a query."""

from uuid import UUID

import pytest
from apart import apart
from bookshop import Author
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import QueryBuilder

Apart = apart()


class Token(Apart):
    __tablename__ = "tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True)


async def test_a_plan_names_the_tables_and_executes_nothing(authors, statements):
    query = authors.query().where(Author.name == "Ada").where_in(Author.id, [1, 2]).limit(3)
    plan = await query.explain()
    assert "authors" in plan
    assert statements[-1].startswith("EXPLAIN")
    assert "WHERE" in statements[-1]


async def test_the_parts_of_a_plan_are_below_it(books, authors):
    plan = await authors.query().where_has(Author.books).explain()
    assert any(line.startswith("  ") for line in plan.splitlines())


async def test_the_types_of_the_columns_are_not_those_of_the_plan(create_tables, session):
    await create_tables(Apart.metadata)
    assert "tokens" in await QueryBuilder(session, Token).explain()


async def test_only_postgres_analyzes(authors, session):
    if session.get_bind().dialect.name == "postgresql":
        assert "actual" in await authors.query().explain(analyze=True)
        return
    with pytest.raises(ValueError, match="SQLite does not analyze: leave analyze out"):
        await authors.query().explain(analyze=True)
