import sys
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from types import ModuleType
from typing import Annotated, Literal, NewType, Protocol

import pytest

from ftf.container import Container, InvalidRegistrationError, UnregisteredDependencyError


class Mailer: ...


class Bulk(Mailer): ...


class Clock(Protocol): ...


@dataclass(eq=False)
class Colliding:
    """Qualifiers of one hash, each of which equals only itself."""

    name: str

    def __hash__(self) -> int:
        return 1


@dataclass
class Unhashable:
    tags: list[str] = field(default_factory=list)


UserId = NewType("UserId", int)
Primary = NewType("Primary", Mailer)
Secondary = NewType("Secondary", Primary)

type Post = Mailer
type Letter = Post
type Fast[Service] = Annotated[Service, "fast"]
type Plain[Service] = Service
type Tree = list[Tree]
type Ring = Ring


def distinct(*keys: object) -> None:
    """Check that each key has an instance of its own."""
    container = Container()
    for key in keys:
        container.register(key, Bulk, scope="singleton")
    made = [container.resolve(key) for key in keys]
    assert len({id(each) for each in made}) == len(keys)
    assert [container.resolve(key) for key in keys] == made


def same(*keys: object) -> None:
    """Check that whatever is registered under one key is found under each of them."""
    for one in keys:
        container = Container()
        container.register(one, Bulk, scope="singleton")
        assert len({id(container.resolve(key)) for key in keys}) == 1
        assert all(key in container for key in keys)


def test_edge_16_new_types_differ_from_what_they_are_made_of():
    distinct(Mailer, Primary, Secondary, int, UserId)


def test_edge_16_a_new_type_asks_for_itself_by_parameter():
    class Service:
        def __init__(self, user: UserId, mailer: Secondary) -> None:
            self.user, self.mailer = user, mailer

    container = Container()
    container.instance(UserId, UserId(7))
    container.register(Mailer)
    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for Secondary"):
        container.resolve(Service)
    container.register(Secondary, Bulk)
    assert container.resolve(Service).user == 7
    assert isinstance(container.resolve(Service).mailer, Bulk)


def test_edge_17_an_alias_is_what_it_stands_for_through_any_number_of_steps():
    same(Mailer, Post, Letter, Plain[Mailer], Plain[Letter])


def test_edge_17_a_generic_alias_is_what_it_stands_for():
    same(Annotated[Mailer, "fast"], Fast[Mailer], Fast[Post], Annotated[Letter, "fast"])
    distinct(Mailer, Fast[Mailer], Fast[Bulk])


def test_edge_17_an_alias_inside_a_form_is_what_it_stands_for():
    same(Callable[[Post], Letter], Callable[[Mailer], Mailer])
    same(type[Post], type[Mailer])


def test_edge_17_an_alias_of_itself_is_a_key_like_any_other():
    same(Tree)
    same(Ring)
    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for Ring"):
        Container().resolve(Ring)


def test_edge_17_an_alias_that_cannot_be_evaluated_is_named(monkeypatch):
    module = ModuleType("ftf_aliases")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(dedent("type Later = list[Missing]"), vars(module))  # noqa: S102
    with pytest.raises(InvalidRegistrationError, match="Later cannot be evaluated: name 'Missing'"):
        Container().register(module.Later, list)

    class Service:
        def __init__(self, later: module.Later) -> None: ...

    message = "Parameter 'later' of Service is badly annotated: Later cannot be evaluated"
    with pytest.raises(InvalidRegistrationError, match=message):
        Container().resolve(Service)


def test_edge_18_every_qualifier_makes_another_key():
    one, other = Colliding("one"), Colliding("other")
    keys = [Annotated[Mailer, each] for each in (None, 0, "", -1, -2, one, other, (), ("", ""))]
    distinct(Mailer, *keys)


def test_edge_18_all_qualifiers_count():
    distinct(Annotated[Mailer, "a"], Annotated[Mailer, "a", "b"], Annotated[Mailer, "b", "a"])
    same(Annotated[Annotated[Mailer, "a"], "b"], Annotated[Mailer, "a", "b"])


def test_edge_18_a_qualified_key_is_not_served_by_its_type():
    container = Container()
    container.register(Mailer)
    with pytest.raises(UnregisteredDependencyError, match="Did you mean Mailer") as caught:
        container.resolve(Annotated[Mailer, "bulk"])
    assert caught.value.alike == (Mailer,)


def test_edge_18_unhashable_metadata_is_refused_where_it_is_asked_for():
    hint = Annotated[Mailer, Unhashable()]

    class Service:
        def __init__(self, mailer: hint) -> None: ...

    class Defaulted:
        def __init__(self, mailer: hint = None) -> None:
            self.mailer = mailer

    message = "Parameter 'mailer' of Service is badly annotated: .* is not hashable"
    with pytest.raises(InvalidRegistrationError, match=message) as caught:
        Container().resolve(Service)
    assert "test_keys.py:" in str(caught.value)
    assert Container().resolve(Defaulted).mailer is None


def test_edge_19_equal_forms_are_one_key():
    same(list[int], eval("list[int]"), typing.List[int])  # noqa: S307, UP006
    same(typing.Dict[str, typing.List[int]], dict[str, list[int]])  # noqa: UP006
    same(typing.Callable[[], Mailer], Callable[[], Mailer])
    same(typing.Type[Mailer], type[Mailer])  # noqa: UP006
    same(typing.List, list)  # noqa: UP006
    same(Mailer | Clock, Clock | Mailer, typing.Union[Clock, Mailer])  # noqa: UP007
    same(Mailer | None, typing.Optional[Mailer])  # noqa: UP045
    distinct(list[int], list[str], tuple[int, ...], tuple[int, int], tuple[()])


@pytest.mark.parametrize("form", [list[Clock], typing.List[Clock], Sequence[Clock]])  # noqa: UP006
def test_edge_19_a_collection_of_nothing_is_empty(form):
    class Service:
        def __init__(self, clocks: form) -> None:
            self.clocks = clocks

    assert Container().resolve(form) == []
    assert Container().resolve(Service).clocks == []
    assert Container().resolve(tuple[Clock, ...]) == ()
    assert form not in Container()


def test_edge_19_what_is_registered_for_a_bare_type_does_not_fill_its_forms():
    container = Container()
    container.register(list, lambda: [1])
    container.register(Bulk)
    assert [type(each) for each in container.resolve(list[Mailer])] == [Bulk]
    with pytest.raises(UnregisteredDependencyError, match=r"Nothing is registered for list\[int\]"):
        container.resolve(list[int])


@pytest.mark.parametrize(
    "key", [Literal["a"], Literal[1, 2], type[Mailer], Callable[..., Mailer], Mailer | Clock]
)
def test_edge_20_any_form_may_be_a_key(key):
    same(key)

    class Service:
        def __init__(self, part: Annotated[key, "x"]) -> None:
            self.part = part

    container = Container()
    container.instance(Annotated[key, "x"], 5)
    assert container.resolve(Service).part == 5
    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for"):
        container.resolve(key)


def test_edge_20_a_string_may_be_a_key():
    same("mailer")
    distinct("mailer", "Mailer", Mailer)


def test_edge_20_literals_of_equal_values_differ():
    distinct(Literal[0], Literal[False], Literal["0"])


def test_edge_20_none_is_a_type():
    assert Container().resolve(None) is None
    same(None, type(None))


@pytest.mark.parametrize("key", [[], {}, Annotated[Mailer, []], Literal[[]]], ids=str)
def test_edge_20_a_key_that_cannot_be_hashed_is_refused_at_every_door(key):
    container = Container()
    doors = [
        lambda: container.register(key, Mailer),
        lambda: container.instance(key, 1),
        lambda: container.extend(key, lambda made, _: made),
        lambda: container.when(Mailer).needs(key).give(Mailer),
        lambda: container.when(key).needs(Mailer).give(Bulk),
        lambda: container.when(Bulk).needs(Mailer).give(Annotated[Mailer, []]),
        lambda: container.tag("tag", Mailer, key),
        lambda: key in container,
        lambda: container.is_registered(key),
        lambda: container.resolve(key),
        lambda: container.aresolve(key).send(None),
        lambda: container.scoped_context().resolve(key),
        lambda: container.scoped_context().aresolve(key).send(None),
        lambda: container.override(key, Mailer),
        lambda: container.override_context(key, Mailer),
        lambda: container.override_instance(key, 1),
        lambda: container.reset_override(key),
        lambda: container.explain(key),
    ]
    for door in doors:
        with pytest.raises(InvalidRegistrationError, match="is not hashable, so nothing can be"):
            door()
    assert container.tagged("tag") == []
