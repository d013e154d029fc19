import pytest
from services import Mailer, Session

from ftf.container import (
    CaptiveDependencyError,
    CircularDependencyError,
    Container,
    GraphError,
    UnregisteredDependencyError,
)


class Repository:
    def __init__(self, session: Session) -> None: ...


class Cache:
    def __init__(self, repository: Repository) -> None: ...


class Report:
    def __init__(self, mailer: Mailer) -> None: ...


class Chicken:
    def __init__(self, egg: "Egg") -> None: ...


class Egg:
    def __init__(self, chicken: Chicken) -> None: ...


class Snake:
    def __init__(self, tail: "Snake") -> None: ...


@pytest.mark.parametrize("keys", [(Chicken, Egg, Chicken), (Snake, Snake)])
def test_edge_56_a_circle_is_drawn(keys):
    with pytest.raises(CircularDependencyError, match=f"{keys[0].__name__} needs itself") as caught:
        Container().resolve(keys[0])
    assert tuple(step.key for step in caught.value.path) == keys


def test_edge_58_a_singleton_may_not_keep_a_scoped_service_even_through_a_transient_one():
    container = Container()
    container.register(Session, scope="scoped")
    container.register(Cache, scope="singleton")
    with pytest.raises(CaptiveDependencyError, match="keep the scoped Session") as caught:
        container.resolve(Cache)
    assert [step.key for step in caught.value.path] == [Cache, Repository, Session]


def test_edge_61_validate_reports_every_fault_at_once():
    container = Container()
    container.register(Session, scope="scoped")
    container.register(Repository)
    container.register(Report)
    container.register(Cache, scope="singleton")
    container.register(Chicken)
    with pytest.raises(GraphError, match="Report, Cache, Chicken") as caught:
        container.validate()
    assert [type(fault) for fault in caught.value.faults] == [
        UnregisteredDependencyError,
        CaptiveDependencyError,
        CircularDependencyError,
    ]


def test_validate_builds_nothing():
    class Loud:
        def __init__(self) -> None:
            raise AssertionError("built")

    container = Container()
    container.register(Loud, scope="singleton")
    container.validate()


def test_edge_59_a_late_registration_reaches_those_who_were_built_without_it():
    class Sender:
        def __init__(self, mailer: Mailer | None = None) -> None:
            self.mailer = mailer

    container = Container()
    assert container.resolve(Sender).mailer is None
    container.register(Mailer, Session)
    assert isinstance(container.resolve(Sender).mailer, Session)


def test_the_shortest_path_to_a_fault_is_drawn():
    class Detour:
        def __init__(self, repository: Repository, session: Session) -> None: ...

    container = Container()
    container.register(Session, scope="scoped")
    container.register(Detour, scope="singleton")
    with pytest.raises(CaptiveDependencyError, match="Detour") as caught:
        container.resolve(Detour)
    assert [step.key for step in caught.value.path] == [Detour, Session]
