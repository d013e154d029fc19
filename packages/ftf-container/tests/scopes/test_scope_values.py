"""Ready instances that a scope is given."""

from typing import Annotated

import pytest
from handled_requests import Handler, Maybe, Request
from services import ClosableSession as Session

from ftf.container import (
    CaptiveDependencyError,
    Container,
    InvalidRegistrationError,
    ScopeNotActiveError,
    UnregisteredDependencyError,
)

type Alias = Request


async def test_edge_45_a_value_given_to_a_scope_goes_before_a_registration(container):
    session = Session()
    async with container.scoped_context({Session: session, Request: Request("/")}) as scope:
        assert scope.resolve(Session) is session
        assert (await scope.aresolve(Handler)).session is session
    assert not session.closed
    async with container.scoped_context() as scope:
        assert scope.resolve(Session) is not session


async def test_edge_45_a_value_that_a_scope_was_not_given_is_missing(container):
    async with container.scoped_context({Request: Request("/")}) as scope:
        assert scope.resolve(Handler).request.path == "/"
        async with container.scoped_context() as other:
            with pytest.raises(UnregisteredDependencyError, match="not given to this scope"):
                other.resolve(Handler)
    with pytest.raises(ScopeNotActiveError, match="Request is scoped"):
        container.resolve(Handler)


async def test_edge_45_falsy_values_are_values(container):
    async with container.scoped_context({Request: None, list[int]: []}) as scope:
        assert scope.resolve(Request) is None
        assert scope.resolve(list[int]) == []


async def test_edge_45_a_value_reaches_what_was_built_before_anybody_gave_one(container):
    assert container.resolve(Maybe).request is None
    request = Request("/")
    async with container.scoped_context({Request: request}) as scope:
        assert scope.resolve(Maybe).request is request


async def test_edge_45_an_override_goes_before_a_value(container):
    fake = Request("/fake")
    async with container.scoped_context({Request: Request("/")}) as scope:
        with container.override_instance(Request, fake):
            assert scope.resolve(Handler).request is fake
        assert scope.resolve(Handler).request.path == "/"


@pytest.mark.parametrize("lifetime", ["singleton", "transient"])
async def test_edge_45_only_scoped_keys_can_be_given_and_a_refusal_changes_nothing(lifetime):
    container = Container()
    container.register(Session, scope=lifetime)
    with pytest.raises(InvalidRegistrationError, match=f"Session is registered as {lifetime}"):
        container.scoped_context({Request: Request("/"), Session: Session()})
    assert Request not in container
    assert isinstance(container.resolve(Session), Session)


async def test_edge_45_each_scope_has_values_of_its_own_at_every_door(container):
    inner = Request("/inner")
    async with container.scoped_context({Request: Request("/outer")}):
        async with container.scoped_context({Request: inner}) as scope:
            assert container.resolve(Request) is scope.resolve(Request) is inner
            assert (await container.aresolve(Handler)).request is inner
            assert container.call(Maybe).request is inner
        assert container.resolve(Handler).request.path == "/outer"


def test_edge_45_a_value_may_have_an_alias_or_a_qualified_key(container):
    values = {Alias: Request("/alias"), Annotated[str, "id"]: "x-1"}
    with container.scoped_context(values) as scope:
        assert scope.resolve(Request).path == "/alias"
        assert scope.resolve(Annotated[str, "id"]) == "x-1"


def test_edge_58_a_singleton_may_not_keep_a_value_of_a_scope(container):
    container.register(Session)
    container.register(Handler, scope="singleton")
    scope = container.scoped_context({Request: Request("/")})
    with pytest.raises(CaptiveDependencyError, match="keep the scoped Request"):
        scope.resolve(Handler)


def test_edge_45_a_scope_that_was_opened_before_anybody_gave_the_value_does_not_have_it(container):
    with container.scoped_context() as early:
        with container.scoped_context({Request: Request("/")}) as late:
            assert late.resolve(Request).path == "/"
        with pytest.raises(UnregisteredDependencyError, match="not given to this scope"):
            early.resolve(Request)
