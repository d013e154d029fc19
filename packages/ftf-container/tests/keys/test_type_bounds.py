from typing import Literal, Protocol

import pytest
from services import Pool

from ftf.container import Container, UnregisteredDependencyError


class Model: ...


class User(Model): ...


class Order(Model): ...


class Repository[M]:
    def __init__(self, pool: Pool, model: type[M]) -> None:
        self.pool, self.model = pool, model


class Loader[Item](Protocol):
    def load(self) -> Item: ...


def test_edge_21_bounds_are_enforced():
    class Store[M: Model]: ...

    class Either[M: User | Order]: ...

    container = Container()
    container.register(Store)
    container.register(Either)
    assert isinstance(container.resolve(Store[User]), Store)
    assert isinstance(container.resolve(Either[Order]), Either)
    assert isinstance(container.resolve(Store[User | Order]), Store)
    for form in (Store[Pool], Store[list[int]], Store[User | Pool], Either[Model]):
        with pytest.raises(UnregisteredDependencyError, match="does not fit M") as caught:
            container.resolve(form)
        assert "test_type_bounds.py:" in str(caught.value)


def test_edge_21_bounds_of_the_implementation_are_enforced():
    class Narrow[M: User](Repository[M]): ...

    def narrow[M: User](pool: Pool, model: type[M]) -> Repository[M]:
        return Narrow(pool, model)

    for implementation in (Narrow, narrow):
        container = Container()
        container.register(Repository, implementation)
        assert container.resolve(Repository[User]).model is User
        with pytest.raises(UnregisteredDependencyError, match="Order does not fit M"):
            container.resolve(Repository[Order])


def test_edge_21_constraints_are_enforced():
    class Column[Value: (int, str)]: ...

    container = Container()
    container.register(Column)
    assert isinstance(container.resolve(Column[int]), Column)
    with pytest.raises(UnregisteredDependencyError, match="bool does not fit Value"):
        container.resolve(Column[bool])


def test_edge_21_a_bound_that_cannot_be_checked_is_left_to_type_checkers():
    class Bird(Protocol): ...

    class Store[M: Bird, N: Loader[int]]: ...

    container = Container()
    container.register(Store)
    assert isinstance(container.resolve(Store[User, Order]), Store)
    assert isinstance(container.resolve(Store[User, Literal[1]]), Store)
