"""The graph of services, in words and drawn."""

import re
from typing import Annotated

import pytest
from services import Mailer, Settings, Smtp

from ftf.container import Container, InvalidRegistrationError, UnregisteredDependencyError


class Session:
    def __init__(self, settings: Settings) -> None: ...


class OtherSession(Session): ...


class Users:
    def __init__(self, session: Session) -> None: ...


class Report:
    def __init__(self, users: Users, session: Session, mailer: Mailer) -> None: ...


async def open_mailer(settings: Settings) -> Smtp:
    return Smtp()


@pytest.fixture
def container():
    container = Container()
    container.instance(Settings, Settings())
    container.register(Session, scope="scoped")
    container.register(Mailer, open_mailer, scope="singleton")
    container.register(Report)
    return container


def line_of(cls: type) -> int:
    return cls.__firstlineno__


def without_places(text: str) -> str:
    return re.sub(r"  \([^()]*test_explain\.py:\d+\)", "", text)


def test_a_service_is_explained_as_a_tree_of_what_it_needs(container):
    text = str(container.explain(Report))
    assert (
        without_places(text)
        == """\
Report [transient]
├─ users: Users [transient]
│  └─ session: Session [scoped]
│     └─ settings: Settings [value]
├─ session: Session [scoped] ...
└─ mailer: Mailer → open_mailer [singleton, async]
   └─ settings: Settings [value]"""
    )


def test_a_tree_names_the_class_that_was_bound_and_where_it_is_written(container):
    container.register(Session, OtherSession)
    container.register(Annotated[Session, "same"], Session)
    assert re.fullmatch(
        rf"Session → OtherSession  \(.*test_explain\.py:{line_of(OtherSession)}\) \[transient\]",
        str(container.explain(Session)).splitlines()[0],
    )
    assert "→" not in str(container.explain(Annotated[Session, "same"]))


def test_a_tree_names_the_decorators_in_the_order_in_which_they_are_called(container):
    async def log(session: Session, container: Container) -> Session:
        return session

    container.extend(Session, lambda session, container: session)
    container.extend(Session, log)
    first, *_ = str(container.explain(Session)).splitlines()
    place = r"  \(.*test_explain\.py:\d+\)"
    assert re.fullmatch(
        rf"Session{place} \[scoped, async\], decorated by <lambda>{place} and by .*log{place}",
        first,
    )


def test_a_tree_names_where_each_service_is_written(container):
    for line in str(container.explain(Report)).splitlines():
        assert bool(re.search(r"test_explain\.py:\d+\)", line)) is ("value" not in line)


def test_explaining_builds_nothing():
    class Loud:
        def __init__(self) -> None:
            raise AssertionError("built")

    container = Container()
    container.register(Loud, scope="singleton")
    assert without_places(str(container.explain(Loud))) == "Loud [singleton]"
    assert "Loud" in container.graph().to_mermaid()


def test_what_cannot_be_built_cannot_be_explained():
    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for Mailer"):
        Container().explain(Mailer)


def test_a_service_is_explained_as_it_is_delivered_now(container):
    with container.override(Session, Session), container.override_instance(Mailer, Smtp()):
        assert "mailer: Mailer [value]" in without_places(str(container.explain(Report)))
    assert "mailer: Mailer → open_mailer [singleton, async]" in without_places(
        str(container.explain(Report))
    )
    container.when(Report).needs(Mailer).give(Annotated[Mailer, "bulk"])
    container.register(Annotated[Mailer, "bulk"], Smtp)
    assert "[transient]" in without_places(str(container.explain(Report))).splitlines()[-1]


def test_the_graph_is_drawn_with_each_service_and_each_need_once(container):
    assert (
        container.graph().to_mermaid()
        == """\
flowchart TD
    n0["Settings<br/>value"]
    n1["Session<br/>scoped"]
    n2["Mailer<br/>singleton, async"]
    n3["Report<br/>transient"]
    n4["Users<br/>transient"]
    n1 --> n0
    n2 --> n0
    n3 --> n4
    n3 --> n1
    n3 --> n2
    n4 --> n1"""
    )


def test_the_graph_of_an_empty_container_is_empty():
    assert Container().graph().to_mermaid() == "flowchart TD"


def test_names_that_mermaid_would_misread_are_quoted(container):
    container.register(Annotated[Mailer, 'say "hi"'], Smtp)
    (label,) = (line for line in container.graph().to_mermaid().splitlines() if "say" in line)
    assert label.count('"') == 2


def test_a_graph_with_a_fault_is_refused(container):
    container.register(Annotated[Session, "broken"], lambda name: None)
    with pytest.raises(InvalidRegistrationError, match=r"'name' of .* has no annotation"):
        container.graph()


def test_open_generic_services_are_left_out_of_the_graph_and_their_closed_forms_are_not(container):
    class Repository[T]: ...

    class Library:
        def __init__(self, repository: Repository[int]) -> None: ...

    container.register(Repository)
    assert "Repository" not in container.graph().to_mermaid()
    container.register(Library)
    assert "Repository[int]" in container.graph().to_mermaid()


def test_an_explanation_has_the_keys_of_all_that_a_service_is_built_from(container):
    keys = container.explain(Report).keys
    assert keys == {Report, Users, Session, Settings, Mailer}
