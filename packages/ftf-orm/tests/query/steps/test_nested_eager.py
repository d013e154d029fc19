"""Eager loads of relationships under others, named by attributes."""

import pytest
from bookshop import Author, Book, Draft, Genre, Review
from newsroom import Article, Comment, Topic, Writer
from sqlalchemy.ext.asyncio import AsyncSession
from staff import Colleague, Engineer, Firm, Gadget

from ftf.orm import QueryBuilder


@pytest.fixture
async def shop(session) -> None:
    poetry, prose = Genre(name="poetry"), Genre(name="prose")
    for name in "ab":
        books = [
            Book(title=f"{name}{number}", genres=[poetry, prose], reviews=[Review(stars=number)])
            for number in (1, 2)
        ]
        session.add(Author(name=name, books=books))
    await session.commit()
    session.expunge_all()


@pytest.fixture
async def news(session) -> QueryBuilder[Writer]:
    ada = Writer(name="Ada", mentor=Writer(name="Grace"))
    for title in "xyz":
        comments = [Comment(score=score) for score in (1, 2)]
        session.add(Article(title=title, writer=ada, topic=Topic(name=title), comments=comments))
    await session.commit()
    session.expunge_all()
    return QueryBuilder(session, Writer).order_by_key()


async def test_edge_26_an_attribute_of_a_related_model_is_loaded_under_it(
    authors, shop, statements
):
    found = await authors.query().with_(Author.books, Book.genres).order_by_key().get()
    assert [[len(book.genres) for book in author.books] for author in found] == [[2, 2], [2, 2]]
    assert len([each for each in statements if "reviews" not in each]) == 3


async def test_edge_26_attributes_follow_those_of_an_earlier_step_and_each_other(news, session):
    query = news.with_(Writer.articles).with_(Article.comments, Article.topic)
    ada = await query.where(Writer.name == "Ada").sole()
    assert [(a.topic.name, len(a.comments)) for a in ada.articles] == [(t, 2) for t in "xyz"]
    session.expunge_all()
    articles = QueryBuilder(session, Article).with_joined(Article.writer).with_(Writer.mentor)
    assert {article.writer.mentor.name for article in await articles.get()} == {"Grace"}


async def test_edge_26_a_joined_relationship_stays_joined_under_a_further_path(
    books, shop, statements
):
    found = await books.query().with_joined(Book.author).with_("author.books").get()
    assert {len(book.author.books) for book in found} == {2}
    assert "LEFT OUTER JOIN authors" in statements[0]


async def test_edge_26_a_path_can_be_a_tuple(news):
    query = news.with_((Writer.articles, Article.comments), (Writer.mentor, Writer.pupils))
    ada = await query.where(Writer.name == "Ada").sole()
    assert [len(article.comments) for article in ada.articles] == [2, 2, 2]
    assert [pupil.name for pupil in ada.mentor.pupils] == ["Ada"]


async def test_edge_26_what_several_paths_lead_to_has_to_be_written_as_a_path(news):
    with pytest.raises(
        ValueError,
        match=r"Article\.comments can follow articles or latest: write which, as in "
        r'"articles\.comments", or as a tuple of attributes that ends in Article\.comments',
    ):
        news.with_(Writer.articles, Writer.latest, Article.comments)


def test_edge_26_what_no_path_leads_to_is_refused_with_the_remedy(books, authors):
    with pytest.raises(AttributeError, match=r"Author has no relationship Book\.genres") as caught:
        authors.query().with_(Book.genres, Author.books)
    assert caught.value.__notes__ == ["name the relationship that leads to Book before it"]
    with pytest.raises(AttributeError, match=r"Book has no relationship Draft\.author"):
        books.query().with_(Book.author, Draft.author)
    with pytest.raises(AttributeError, match=r"Author has no relationship Book\.title"):
        authors.query().with_(Author.books, Book.title)
    with pytest.raises(AttributeError, match=r"Book has no relationship Author\.books"):
        authors.query().with_((Author.books, Author.books))
    with pytest.raises(TypeError, match="5 is not a relationship"):
        authors.query().with_(5)


async def test_edge_26_a_relationship_of_a_subclass_follows_a_path_to_it(session):
    firm = Firm(name="ACME")
    session.add(Gadget(name="lens", colleague_id=1))
    session.add(Engineer(id=1, firm=firm))
    await session.commit()
    session.expunge_all()
    found = await QueryBuilder(session, Engineer).with_(Colleague.firm, Engineer.gadgets).sole()
    assert (found.firm.name, found.gadgets[0].name) == ("ACME", "lens")


@pytest.mark.parametrize("strategy", ["with_", "with_joined"])
async def test_edge_26_a_nested_relationship_is_loaded_behind_one_that_was_loaded_before(
    authors, shop, strategy
):
    query = authors.query().order_by_key()
    kept = await query.with_(Author.books).get()
    found = await getattr(query, strategy)(Author.books, Book.genres).get()
    assert found == kept
    assert [[len(book.genres) for book in author.books] for author in found] == [[2, 2], [2, 2]]


@pytest.mark.parametrize("strategy", ["with_", "with_joined"])
@pytest.mark.parametrize("loaded", [(), (Author.books,), (Author.books, Book.genres)])
async def test_edge_25_a_part_under_a_relationship_replaces_what_was_loaded(
    authors, shop, strategy, loaded
):
    query = authors.query().order_by_key()
    kept = await query.with_(*loaded).get()
    part = Book.genres.and_(Genre.name == "prose")
    found = await getattr(query, strategy)(Author.books, part).get()
    assert found == kept
    names = [[genre.name for book in each.books for genre in book.genres] for each in found]
    assert names == [["prose"] * 2] * 2


async def test_edge_25_parts_under_parts_and_what_follows_them(engine, shop):
    async with AsyncSession(engine, expire_on_commit=False) as session:
        query = QueryBuilder(session, Author).order_by_key().limit(1)
        await query.with_(Author.books, Book.genres, Genre.children).get()
        author = (
            await query.with_(
                Author.books.and_(Book.title == "a2"), Book.genres.and_(Genre.name == "prose")
            )
            .with_(Genre.children)
            .sole()
        )
        assert [[genre.name for genre in book.genres] for book in author.books] == [["prose"]]
        assert author.books[0].genres[0].children == []


async def test_edge_26_a_nested_relationship_behind_nothing_is_nothing(news, session):
    mentor = Writer.mentor
    kept = await news.with_(mentor).get()
    found = await news.with_(mentor, (mentor, Writer.articles)).get()
    assert found == kept
    assert [each.mentor and each.mentor.articles for each in found] == [None, []]
