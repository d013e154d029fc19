import pytest
from apart import apart
from bookshop import Author, Book, Model
from sqlalchemy import ForeignKey, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from ftf.orm import RelationNotLoaded


async def test_a_relationship_that_was_not_loaded_raises_even_where_no_query_is_needed(
    authors, books, session
):
    ada = await authors.create(Author(name="Ada"))
    await books.create(Book(title="Notes", author_id=ada.id))
    session.expunge_all()
    ada = await authors.find_or_fail(ada.id)
    book = await books.query().first_or_fail()
    assert ada in session
    message = (
        r"'Book\.author' is not loaded: eager load it with "
        r"\.with_\(Book\.author\), or load it with await repository\.load\(record, Book\.author\)"
    )
    with pytest.raises(RelationNotLoaded, match=message) as caught:
        _ = book.author
    assert isinstance(caught.value, InvalidRequestError)
    assert caught.value.relation == "Book.author"


def test_a_loading_strategy_of_the_models_own_stays():
    strategies = {name: relation.lazy for name, relation in inspect(Book).relationships.items()}
    assert strategies == {"author": "raise", "genres": "raise", "reviews": "selectin"}


def test_constraints_have_names():
    names = {constraint.name for constraint in Author.__table__.constraints}
    assert names == {"pk_authors", "uq_authors_email", "uq_authors_name_born"}


async def test_edge_27_a_collection_that_was_not_loaded_cannot_be_appended_to(authors, session):
    ada = await authors.create(Author(name="Ada"))
    session.expunge_all()
    ada = await authors.find_or_fail(ada.id)
    with pytest.raises(RelationNotLoaded, match=r"\.with_\(Author\.books\)"):
        ada.books.append(Book(title="Notes"))
    session.expunge(ada)
    with pytest.raises(RelationNotLoaded, match=r"\.with_\(Author\.books\)"):
        _ = ada.books


Apart = apart(Model)


class Owned:
    @declared_attr
    def owner_id(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(ForeignKey("owners.id"))

    @declared_attr
    def owner(cls) -> Mapped["Owner"]:  # noqa: N805
        return relationship(foreign_keys=[cls.owner_id])


class Owner(Apart):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)


class Thing(Owned, Apart):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    keeper_id: Mapped[int] = mapped_column(ForeignKey("owners.id"))
    keeper: Mapped[Owner] = relationship(backref="kept", foreign_keys=[keeper_id])
    maker_id: Mapped[int] = mapped_column(ForeignKey("owners.id"))
    maker: Mapped[Owner] = relationship(
        lazy=True, backref=("made", {"lazy": "selectin"}), foreign_keys=[maker_id]
    )


class Toy(Thing):
    """Shares the table of its parent."""


def test_relationships_of_mixins_and_backrefs_raise_too():
    strategies = {
        str(relation): relation.lazy
        for model in (Thing, Owner)
        for relation in inspect(model).relationships
    }
    assert strategies == {
        "Thing.owner": "raise",
        "Thing.keeper": "raise",
        "Thing.maker": True,
        "Owner.kept": "raise",
        "Owner.made": "selectin",
    }


@pytest.mark.parametrize(("model", "name"), [(Owner, "kept"), (Thing, "owner"), (Toy, "owner")])
def test_the_error_names_the_model_that_was_asked(model, name):
    record = model(id=1)
    inspect(record).key = inspect(model).identity_key_from_instance(record)
    with pytest.raises(RelationNotLoaded, match=rf"'{model.__name__}\.{name}' is not loaded"):
        getattr(record, name)
