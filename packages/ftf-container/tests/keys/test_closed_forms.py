import pytest
from generic_repositories import (
    Order,
    Repository,
    SqlRepository,
    User,
    UserRepository,
    make_repository,
)

from ftf.container import (
    Container,
    UnregisteredDependencyError,
)


def test_edge_21_a_closed_form_goes_before_the_open_one():
    container = Container()
    container.register(Repository, SqlRepository, scope="singleton")
    container.register(Repository[User], UserRepository, scope="singleton")
    assert type(container.resolve(Repository[User])) is UserRepository
    assert type(container.resolve(Repository[Order])) is SqlRepository


def test_edge_21_a_closed_form_goes_first_also_when_it_comes_late():
    container = Container()
    container.register(Repository, SqlRepository, scope="singleton")
    assert type(container.resolve(Repository[User])) is SqlRepository
    container.register(Repository[User], UserRepository, scope="singleton")
    assert type(container.resolve(Repository[User])) is UserRepository


def test_edge_21_what_the_open_form_made_goes_when_it_is_registered_anew():
    container = Container()
    container.register(Repository, SqlRepository, scope="singleton")
    before = container.resolve(Repository[User])
    container.register(Repository, make_repository, scope="singleton")
    assert container.resolve(Repository[User]) is not before


def test_edge_21_what_a_closed_form_made_stays_when_the_open_one_is_registered_anew():
    container = Container()
    container.register(Repository, SqlRepository)
    container.register(Repository[User], UserRepository, scope="singleton")
    before = container.resolve(Repository[User])
    container.register(Repository, make_repository)
    assert container.resolve(Repository[User]) is before


def test_an_implementation_closed_already_serves_only_its_own_type():
    container = Container()
    container.register(Repository, UserRepository)
    assert isinstance(container.resolve(Repository[User]), UserRepository)
    with pytest.raises(UnregisteredDependencyError, match="Order does not fit M"):
        container.resolve(Repository[Order])
