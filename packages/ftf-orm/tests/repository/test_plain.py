"""The repository of a model without a class of its own."""

import pytest
from bookshop import Author

from ftf.container import Container
from ftf.orm import BaseRepository, DatabaseProvider, Repository


class Needs:
    def __init__(self, authors: Repository[Author], same: BaseRepository[Author]) -> None:
        self.authors = authors
        self.same = same


async def test_the_container_makes_a_repository_of_any_model(engine, database_url):
    container = Container()
    DatabaseProvider(database_url).register(container)
    container.register(Needs)
    async with container.scoped_context() as scope:
        needs = await scope.aresolve(Needs)
        assert (needs.authors.model, needs.same.model) == (Author, Author)
        assert needs.authors.session is needs.same.session
        ada = await needs.authors.create(Author(name="Ada"))
        assert await needs.same.find(ada.id) is ada
    await container.dispose_all()


async def test_a_repository_needs_its_model(session):
    assert Repository(session, Author).query().model is Author
    with pytest.raises(TypeError, match="model must be a model"):
        Repository(session, int)
    with pytest.raises(TypeError, match="model"):
        Repository(session)
