import pytest
from bookshop import Author, Book, Shelf
from sqlalchemy import func, select, true, union

from ftf.orm import BaseRepository, QueryBuilder


@pytest.fixture
async def people(authors) -> None:
    for name, born in (("Ada", 1815), ("Bo", 1950), ("Cy", 1990), ("Di", None)):
        await authors.create(Author(name=name, born=born))


async def names(query) -> list[str]:
    return await query.order_by(Author.name).pluck(Author.name)


async def test_edge_2_conditions_fold_from_the_left(authors, people):
    query = authors.query().where(Author.born > 1900).where(Author.name != "Bo")
    query = query.or_where(Author.name == "Ada").where(Author.born < 1900)
    assert await names(query) == ["Ada"]


async def test_edge_4_a_group_stands_in_parentheses(authors, people):
    query = authors.query().where(Author.born > 1900)
    either = query.where_group(
        lambda q: q.where(Author.name == "Bo").or_where(Author.name == "Ada")
    )
    assert await names(either) == ["Bo"]
    assert await names(query.where_group(lambda q: q)) == ["Bo", "Cy"]


async def test_at_least_one_of_many_conditions(authors, people):
    query = authors.query().where(Author.born > 1900)
    assert await names(query.where_any(Author.name == "Ada", Author.name == "Cy")) == ["Cy"]
    assert await names(query.where_any()) == []


async def test_edge_8_none_of_many_conditions_and_a_missing_value_meets_neither(authors, people):
    query = authors.query()
    assert await names(query.where_not(Author.name == "Bo", Author.born == 1990)) == ["Ada"]
    assert await names(query.where_not()) == ["Ada", "Bo", "Cy", "Di"]
    assert await names(query.where(Author.born != 1990)) == ["Ada", "Bo"]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], []),
        ([1815], ["Ada"]),
        ((1815, 1815, 1950), ["Ada", "Bo"]),
        ({1990}, ["Cy"]),
        ([None], ["Di"]),
        ([None, 1815], ["Ada", "Di"]),
        (select(func.max(Author.born)), ["Cy"]),
    ],
)
async def test_edge_5_one_of_many_values(authors, people, values, found):
    assert await names(authors.query().where_in(Author.born, values)) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], ["Ada", "Bo", "Cy", "Di"]),
        ([1815], ["Bo", "Cy"]),
        ([None], ["Ada", "Bo", "Cy"]),
        ([None, 1815], ["Bo", "Cy"]),
        (select(func.max(Author.born)), ["Ada", "Bo"]),
    ],
)
async def test_edge_5_none_of_many_values(authors, people, values, found):
    assert await names(authors.query().where_not_in(Author.born, values)) == found


async def test_edge_5_values_may_be_those_of_another_query(authors, books, people):
    for author in await authors.query().get():
        await books.create(Book(title=author.name.lower(), author=author))
    old = authors.query().where(Author.born < 1960).order_by(Author.born, "desc")
    titles = books.query().order_by(Book.title)
    assert await titles.where_in(Book.author_id, old).pluck(Book.title) == ["ada", "bo"]
    assert await titles.where_not_in(Book.author_id, old).pluck(Book.title) == ["cy", "di"]
    assert await titles.where_in(Book.author_id, old.limit(1)).pluck(Book.title) == ["bo"]
    with_a_title = old.join(Author.books).where(Book.title == "ada")
    assert await titles.where_in(Book.author_id, with_a_title).pluck(Book.title) == ["ada"]
    assert await names(authors.query().where_in(Author.id, old)) == ["Ada", "Bo"]
    either = union(select(func.min(Author.born)), select(func.max(Author.born)))
    assert await names(authors.query().where_in(Author.born, either)) == ["Ada", "Cy"]


def test_edge_5_a_text_is_not_many_values(authors):
    for step in (authors.query().where_in, authors.query().where_not_in):
        with pytest.raises(TypeError, match=r"not one text: write \['Ada'\]"):
            step(Author.name, "Ada")


async def test_edge_5_values_may_come_from_a_generator(authors, people):
    query = authors.query().where_in(Author.born, (year for year in (1990, 1991)))
    assert await names(query) == ["Cy"]
    assert await names(query) == ["Cy"]


async def test_edge_6_more_values_than_a_statement_takes(authors, people):
    many = range(1900, 41_900)
    assert await names(authors.query().where_in(Author.born, many)) == ["Bo", "Cy"]
    assert await names(authors.query().where_not_in(Author.born, many)) == ["Ada"]
    words = [str(number) for number in many]
    assert await names(authors.query().where_in(Author.name, [*words, "Ada"])) == ["Ada"]


async def test_missing_values(authors, people):
    assert await names(authors.query().where_null(Author.born)) == ["Di"]
    assert await names(authors.query().where_not_null(Author.born)) == ["Ada", "Bo", "Cy"]


async def test_edge_7_texts_like_a_pattern(authors, people):
    await authors.create(Author(name="50%"))
    assert await names(authors.query().where_like(Author.name, "_o")) == ["Bo"]
    assert await names(authors.query().where_like(Author.name, "%")) != []
    escaped = Author.name.contains("0%", autoescape=True)
    assert await names(authors.query().where(escaped)) == ["50%"]


async def test_edge_10_values_between_two_bounds_both_included(authors, people):
    assert await names(authors.query().where_between(Author.born, 1815, 1950)) == ["Ada", "Bo"]
    assert await names(authors.query().where_between(Author.born, 1950, 1815)) == []
    with pytest.raises(TypeError, match=r"Author\.born needs two bounds: with one, use where"):
        authors.query().where_between(Author.born, None, 1815)


async def test_steps_that_depend_on_something(authors, people):
    query = authors.query()

    def old(q):
        return q.where(Author.born < 1900)

    def young(q):
        return q.where(Author.born > 1960)

    assert await names(query.when(1, old)) == ["Ada"]
    assert await names(query.when("", old)) == ["Ada", "Bo", "Cy", "Di"]
    assert await names(query.when(None, old, young)) == ["Cy"]
    assert await names(query.unless(0, young)) == ["Cy"]
    assert await names(query.unless(1, young)) == ["Ada", "Bo", "Cy", "Di"]


@pytest.mark.parametrize(
    "forget",
    [
        lambda q: q.when(1, lambda _: None),
        lambda q: q.when(0, lambda q: q, lambda _: None),
        lambda q: q.unless(0, lambda _: None),
        lambda q: q.where_group(lambda _: None),
        lambda q: q.where_has(Author.books, lambda _: None),
        lambda q: q.with_count(Author.books, lambda _: q),
        lambda q: q.has(Author.books, ">=", 2, lambda q: q.clauses),
    ],
)
def test_a_function_has_to_return_its_query(authors, forget):
    with pytest.raises(TypeError, match=r"has to return its query for (Author|Book) with a step"):
        forget(authors.query())


def test_a_query_can_be_looked_at_on_the_way(authors):
    seen = []
    query = authors.query().where(Author.born > 1900)
    assert query.tap(seen.append) is query
    assert seen == [query]


@pytest.mark.parametrize("value", [True, False, None])
@pytest.mark.parametrize("step", ["where", "or_where", "where_any", "where_not", "having"])
def test_edge_9_what_python_has_worked_out_already_is_refused(authors, step, value):
    with pytest.raises(
        TypeError, match=r"a SQL expression, not .*: write Model\.column\.is_\(None\)"
    ):
        getattr(authors.query(), step)(value)


def test_what_is_no_expression_is_refused(authors):
    with pytest.raises(TypeError, match="'born > 1900' is not a SQL expression"):
        authors.query().where("born > 1900")


@pytest.mark.parametrize(
    "step",
    [
        lambda q: q.where(Book.title == "x"),
        lambda q: q.or_where(Author.name == Book.title),
        lambda q: q.where_in(Book.id, [1]),
        lambda q: q.where_not_in(Book.id, []),
        lambda q: q.where_between(Book.id, 1, 2),
        lambda q: q.order_by(Book.title),
        lambda q: q.order_by(func.lower(Book.title)),
        lambda q: q.group_by(Book.title),
        lambda q: q.with_sum(Author.books, Author.born),
    ],
)
def test_edge_11_columns_of_another_model_are_refused(authors, step):
    message = r"uses (books|authors), .*: use where_has\(relation, ...\), or join\(relation\)"
    with pytest.raises(ValueError, match=message):
        step(authors.query())


async def test_edge_11_values_of_another_model_are_refused(authors):
    for terminal in ("pluck", "value", "max", "sum"):
        with pytest.raises(ValueError, match="uses books, which the query for Author does not"):
            await getattr(authors.query(), terminal)(Book.title)


async def test_what_is_about_no_table_and_subqueries_are_welcome(authors, people):
    query = authors.query().where(true()).where(Author.books.any(Book.title == "x") | true())
    newest = select(func.max(Author.born)).scalar_subquery()
    assert await names(query.where(Author.born == newest)) == ["Cy"]


async def test_records_with_one_of_many_keys(authors, people):
    keys = await authors.query().order_by_key().pluck(Author.id)
    assert await names(authors.query().where_key(keys[0], keys[2])) == ["Ada", "Cy"]
    with pytest.raises(ValueError, match=r"a key of Author has 1 columns, unlike \(1, 2\)"):
        authors.query().where_key((1, 2))


async def test_edge_14_a_key_may_have_many_columns(session):
    class ShelfRepository(BaseRepository[Shelf]): ...

    shelves = ShelfRepository(session)
    made = [
        await shelves.create(Shelf(room=room, number=number)) for room in "ab" for number in (1, 2)
    ]
    assert await shelves.find(("b", 1)) is made[2]
    assert await shelves.find_many([("b", 2), ("a", 1)]) == [made[3], made[0]]
    assert await shelves.exists(("a", 2))
    assert await shelves.all() == made
    assert await shelves.query().latest().first() is made[3]
    with pytest.raises(ValueError, match=r"a key of Shelf has 2 columns, unlike \('a',\)"):
        await shelves.exists("a")


def test_edge_57_the_sql_is_that_of_the_database_and_may_show_values(authors, database_url):
    query = authors.query().where(Author.name == "Ada").limit(1)
    assert ("$1" in query.to_sql()) is ("postgres" in database_url)
    assert "= 'Ada'" in query.to_sql(literals=True)


async def test_edge_57_the_sql_is_what_runs(authors, statements):
    query = authors.query().where_in(Author.born, [1, None]).with_count(Author.books).latest()
    await query.get()
    expanded = query.to_sql().replace("__[POSTCOMPILE_born_1]", "$1::INTEGER")
    shown = "".join(expanded.split())
    assert shown.startswith("".join(statements[-1].split())[:80])


async def test_a_repository_may_have_a_query_of_its_own(session, authors, people):
    class AuthorQuery(QueryBuilder[Author]):
        def known(self):
            return self.where_not_null(Author.born)

    query = AuthorQuery(session, Author).limit(9).known().where(Author.born > 1900)
    assert type(query) is AuthorQuery
    assert await names(query) == ["Bo", "Cy"]
