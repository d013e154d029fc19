"""What a repository's `query` leaves out is found by none of its reads."""

import pytest
from bookshop import Author, AuthorRepository, Book, Genre, Shelf

from ftf.orm import BaseRepository, DuplicateRecord, QueryBuilder, RecordNotFound


class Living(BaseRepository[Author]):
    def query(self) -> QueryBuilder[Author]:
        return super().query().where(Author.born > 1900)


class Named(BaseRepository[Genre]):
    def query(self) -> QueryBuilder[Genre]:
        return super().query().where(Genre.name != "hidden")


class Downstairs(BaseRepository[Shelf]):
    def query(self) -> QueryBuilder[Shelf]:
        return super().query().where(Shelf.room != "attic")


@pytest.fixture
def living(session) -> Living:
    return Living(session)


async def test_what_is_left_out_is_not_found_by_its_key(living, authors, seen):
    ada = await authors.create(Author(name="Ada", born=1815))
    assert await living.find(ada.id) is None
    with pytest.raises(RecordNotFound, match="Author not found"):
        await living.find_or_fail(ada.id)
    with pytest.raises(RecordNotFound, match="Author not found"):
        await living.refresh(ada)
    assert await living.find_many([ada.id]) == []
    assert await living.exists(ada.id) is False
    assert (await living.all(), await living.count()) == ([], 0)
    assert await authors.find(ada.id) is ada


async def test_what_is_not_left_out_is_found_by_one_query(living, authors, statements):
    bo = await authors.create(Author(name="Bo", born=1950))
    statements.clear()
    assert await living.find(bo.id) is bo
    assert await living.find_or_fail(bo.id) is bo
    assert [statement.count("SELECT") for statement in statements] == [1, 1]


async def test_what_was_changed_to_be_left_out_is_no_longer_found(living):
    bo = await living.create(Author(name="Bo", born=1950))
    bo.born = 1850
    assert await living.find(bo.id) is None


async def test_a_record_that_the_session_knows_is_found_without_a_query(authors, statements):
    ada = await authors.create(Author(name="Ada"))
    statements.clear()
    assert await authors.find(ada.id) is ada
    assert statements == []


async def test_keys_of_many_columns_are_found_too(session):
    shelves = Downstairs(session)
    attic, cellar = Shelf(room="attic", number=1), Shelf(room="cellar", number=1)
    session.add_all([attic, cellar])
    await session.commit()
    assert await shelves.find(("attic", 1)) is None
    assert await shelves.find(("cellar", 1)) is cellar


async def test_what_is_left_out_is_related_to_nothing_of_its_own_model(session):
    genres = Named(session)
    shown, hidden = Genre(name="shown"), Genre(name="hidden")
    parent = await genres.create(Genre(name="parent", children=[shown, hidden]))
    children = genres.relation(parent, Genre.children).query()
    assert await children.get() == [shown]
    assert await children.or_where(Genre.name == "hidden").get() == []


async def test_what_is_left_out_is_not_loaded_as_a_relation_of_its_own_model(session, books):
    genres = Named(session)
    shown, hidden = Genre(name="shown"), Genre(name="hidden")
    parent = await genres.create(Genre(name="parent", children=[shown, hidden]))
    await genres.load(parent, Genre.children)
    assert parent.children == [shown]
    await genres.load(parent, "children.parent")
    assert shown.parent is parent
    book = await books.create(Book(title="Notes", author=Author(name="Ada"), genres=[hidden]))
    await books.load(book, Book.genres)
    assert book.genres == [hidden]
    await genres.delete(parent)
    assert hidden.parent_id is None


async def test_what_is_left_out_is_matched_by_nothing(living):
    await living.create(Author(name="Ada", email="a@b.c", born=1815))
    with pytest.raises(DuplicateRecord, match="email"):
        await living.first_or_create({Author.email: "a@b.c"}, {Author.name: "Ada"})


async def test_subclasses_of_a_repository_share_its_door(session, authors):
    class Poets(Living): ...

    ada = await authors.create(Author(name="Ada", born=1815))
    assert await Poets(session).find(ada.id) is None
    assert await AuthorRepository(session).find(ada.id) is ada
