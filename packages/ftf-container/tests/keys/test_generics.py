from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Generic, Protocol, TypeVar

import pytest
from generic_repositories import (
    Order,
    Repository,
    SqlRepository,
    User,
    UserRepository,
    make_repository,
)
from services import Pool

from ftf.container import (
    AsyncDependencyError,
    Container,
    InvalidRegistrationError,
    UnregisteredDependencyError,
)

T = TypeVar("T")

S = TypeVar("S")


class Loader[Item](Protocol):
    def load(self) -> Item: ...


class DiskLoader[Content]:
    def __init__(self, of: type[Content]) -> None:
        self.of = of

    def load(self) -> Content:
        return self.of()


class Pair[Left, Right]:
    def __init__(self, left: type[Left], right: type[Right]) -> None:
        self.both = left, right


class Swapped[Right, Left](Pair[Left, Right]): ...


class Handler[M]:
    def __init__(self, repository: Repository[M], make: Callable[[], Loader[M]]) -> None:
        self.repository, self.make = repository, make


def make_sql_repository[M](pool: Pool, model: type[M]) -> SqlRepository[M]:
    return SqlRepository(pool, model)


async def open_repository[M](pool: Pool, model: type[M]) -> Repository[M]:
    return SqlRepository(pool, model)


def lend_repository[M](pool: Pool, model: type[M]) -> Iterator[Repository[M]]:
    yield SqlRepository(pool, model)


async def alend_repository[M](pool: Pool, model: type[M]) -> AsyncIterator[Repository[M]]:
    yield SqlRepository(pool, model)


@pytest.mark.parametrize(
    "implementation",
    [
        SqlRepository,
        make_repository,
        make_sql_repository,
        open_repository,
        lend_repository,
        alend_repository,
    ],
)
async def test_an_open_generic_serves_every_closed_form(implementation):
    container = Container()
    container.register(Repository, implementation, scope="scoped")
    async with container.scoped_context() as scope:
        users = await scope.aresolve(Repository[User])
        orders = await scope.aresolve(Repository[Order])
        assert (type(users), users.model, orders.model) == (SqlRepository, User, Order)
        assert users is await scope.aresolve(Repository[User])
        assert isinstance(users.pool, Pool)


def test_an_open_generic_may_stand_for_itself():
    container = Container()
    container.register(Repository, scope="singleton")
    users, orders = container.resolve(Repository[User]), container.resolve(Repository[Order])
    assert (users.model, orders.model) == (User, Order)
    assert container.resolve(Repository[User]) is users


def test_an_open_generic_may_be_written_with_its_parameters():
    container = Container()
    container.register(Repository[T], SqlRepository[T])
    assert container.resolve(Repository[User]).model is User
    assert Repository in container


def test_an_async_open_generic_refuses_the_sync_door():
    container = Container()
    container.register(Repository, open_repository)
    with pytest.raises(AsyncDependencyError, match=r"Repository\[.*User\] has to be awaited"):
        container.resolve(Repository[User])


def test_type_parameters_are_handed_down():
    class Service:
        def __init__(self, users: Handler[User], orders: Handler[Order]) -> None:
            self.users, self.orders = users, orders

    container = Container()
    container.register(Repository, SqlRepository)
    container.register(Loader, DiskLoader)
    service = container.resolve(Service)
    assert service.users.repository.model is User
    assert service.orders.repository.model is Order
    assert isinstance(service.orders.make().load(), Order)


def test_a_protocol_is_closed_by_position():
    def load[A](of: type[A]) -> DiskLoader[A]:
        return DiskLoader(of)

    for implementation in (DiskLoader, load):
        container = Container()
        container.register(Loader, implementation)
        assert isinstance(container.resolve(Loader[User]).load(), User)


def test_type_parameters_of_an_implementation_are_matched_by_its_bases():
    container = Container()
    container.register(Pair, Swapped)
    made = container.resolve(Pair[User, Order])
    assert (type(made), made.both) == (Swapped, (User, Order))


def test_type_parameters_inside_forms_are_matched():
    class ListLoader[Content](Loader[list[Content]]):
        def __init__(self, of: type[Content]) -> None:
            self.of = of

        def load(self) -> list[Content]:
            return [self.of()]

    container = Container()
    container.register(Loader, ListLoader)
    assert container.resolve(Loader[list[User]]).of is User
    with pytest.raises(UnregisteredDependencyError, match="User does not fit Item"):
        container.resolve(Loader[User])


def test_the_old_spelling_of_generics_is_understood():
    class Box(Generic[T]):
        def __init__(self, of: type[T]) -> None:
            self.of = of

    class Big(Box[S], Generic[S]): ...

    def make(of: type[S]) -> Box[S]:
        return Big(of)

    for implementation in (None, Big, make):
        container = Container()
        container.register(Box, implementation)
        assert container.resolve(Box[User]).of is User


def test_an_error_about_an_open_generic_shows_the_way_to_it():
    class Store[M: User]: ...

    class Service:
        def __init__(self, store: Store[Pool]) -> None: ...

    container = Container()
    container.register(Store)
    with pytest.raises(UnregisteredDependencyError, match="Pool does not fit M") as caught:
        container.resolve(Service)
    assert [step.parameter for step in caught.value.path] == ["", "store"]


def test_a_generic_that_is_left_open_is_refused():
    container = Container()
    container.register(Repository)
    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for type"):
        container.resolve(Repository)
    with pytest.raises(InvalidRegistrationError, match="is not a key: it stands for any number"):
        container.register(Pair[int, TypeVar("T")], Pair)


def test_open_generics_are_known_overridden_and_validated():
    class Fake[M](Repository[M]):
        def __init__(self) -> None: ...

    container = Container()
    container.register(Repository, SqlRepository, scope="singleton")
    before = container.resolve(Repository[User])
    assert Repository[User] in container
    container.validate()
    with container.override(Repository, Fake):
        assert type(container.resolve(Repository[User])) is Fake
    with container.override(Repository[User], Fake):
        assert type(container.resolve(Repository[User])) is Fake
        assert type(container.resolve(Repository[Order])) is SqlRepository
    assert container.resolve(Repository[User]) is before


def test_what_is_said_about_an_open_generic_holds_for_every_closed_form():
    other = Pool()
    container = Container()
    container.register(Repository, SqlRepository)
    container.when(Repository).needs(Pool).give(lambda: other)
    container.extend(Repository, lambda made, _: (made,))
    (users,) = container.resolve(Repository[User])
    assert (users.pool, users.model) == (other, User)
    container.when(Repository[Order]).needs(Pool).give(Pool)
    (orders,) = container.resolve(Repository[Order])
    assert orders.pool is not other


def test_a_qualified_form_is_a_key_of_its_own():
    container = Container()
    container.register(Annotated[Repository[User], "main"], UserRepository)
    container.register(Repository, SqlRepository)
    assert type(container.resolve(Annotated[Repository[User], "main"])) is UserRepository
    assert type(container.resolve(Repository[User])) is SqlRepository


def test_an_object_that_is_given_for_an_open_type_serves_all_type_arguments():
    class Box[T]: ...

    class Shelf:
        def __init__(self, box: Box[int]) -> None:
            self.box = box

    container, box, other = Container(), Box(), Box()
    container.instance(Box, box)
    container.register(Shelf)
    container.validate()
    assert container.resolve(Box[int]) is container.resolve(Box[str]) is box
    with container.override_instance(Box, other):
        assert container.resolve(Shelf).box is other
    assert container.resolve(Shelf).box is box
