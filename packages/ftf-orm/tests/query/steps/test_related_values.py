"""Counts and aggregates of related records."""

import pytest
from bookshop import Author, Book, Genre, Review
from sqlalchemy import func


async def test_edge_31_counts_do_not_multiply_and_none_is_zero(books, library):
    query = books.query().with_count(Book.reviews).with_count(Book.genres).order_by(Book.title)
    found = await query.get()
    assert [(book.title, book.reviews_count, book.genres_count) for book in found] == [
        ("long", 2, 1),
        ("other", 1, 2),
        ("short", 0, 0),
    ]


async def test_edge_31_values_over_related_records(books, library):
    query = (
        books.query()
        .with_sum(Book.reviews, Review.stars)
        .with_min(Book.reviews, Review.stars)
        .with_max(Book.reviews, Review.stars)
        .with_avg(Book.reviews, Review.stars)
        .with_exists(Book.reviews)
        .with_exists(Book.genres, lambda q: q.where(Genre.name == "drama"), alias="is_drama")
        .with_max(Book.reviews, Review.stars * 2, alias="twice")
    )
    found = {book.title: book for book in await query.get()}
    assert (
        vars(found["long"]).items()
        >= {
            "reviews_sum_stars": 6,
            "reviews_min_stars": 1,
            "reviews_max_stars": 5,
            "reviews_avg_stars": 3.0,
            "reviews_exists": True,
            "is_drama": False,
            "twice": 10,
        }.items()
    )
    assert isinstance(found["long"].reviews_sum_stars, int)
    assert found["short"].reviews_sum_stars is None
    assert (found["short"].reviews_exists, found["other"].is_drama) == (False, True)


async def test_edge_31_counts_with_conditions_of_their_own_nested_and_of_themselves(
    authors, genres, library
):
    query = authors.query().with_count(
        Author.books, lambda q: q.where_has(Book.genres), alias="sorted_books"
    )
    assert {author.name: author.sorted_books for author in await query.get()} == {
        "Ada": 1, "Bo": 1, "Cy": 0,
    }  # fmt: skip
    counted = genres.with_count(Genre.children).with_max(Genre.children, Genre.name)
    found = {genre.name: genre for genre in await counted.get()}
    assert (found["root"].children_count, found["root"].children_max_name) == (2, "poetry")
    assert found["sonnet"].children_count == 0


async def test_edge_31_counts_can_be_sorted_by_and_come_with_pages(authors, library):
    query = authors.query().with_count(Author.books).order_by("books_count", "desc")
    page = await query.paginate(per_page=2)
    assert [(author.name, author.books_count) for author in page.items] == [("Ada", 2), ("Bo", 1)]
    assert page.total == 3
    assert (await query.first()).name == "Ada"
    with pytest.raises(
        ValueError, match=r"'posts_count' is not a computed value .* only books_count"
    ):
        query.order_by("posts_count")
    with pytest.raises(
        ValueError, match="'name' is not a computed value of this query, only nothing"
    ):
        authors.query().order_by("name")


def test_edge_31_names_that_are_taken_are_refused(authors):
    query = authors.query().with_count(Author.books)
    with pytest.raises(ValueError, match="Author has a books_count already: pass another alias"):
        query.with_count(Author.books)
    with pytest.raises(ValueError, match="Author has a name already"):
        query.with_count(Author.books, alias="name")
    for taken in ("metadata", "__class__", "books"):
        with pytest.raises(ValueError, match=f"Author has a {taken} already"):
            query.with_count(Author.books, alias=taken)
    with pytest.raises(ValueError, match="_sa_instance_state is a name that SQLAlchemy uses"):
        query.with_count(Author.books, alias="_sa_instance_state")
    with pytest.raises(ValueError, match="has no name, so its max needs one: pass an alias"):
        query.with_max(Author.books, func.length(Book.title))
