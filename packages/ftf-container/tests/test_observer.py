"""Observers of the scopes and overrides of every container."""

from services import Pool

from ftf.container import Container, Override, Scope, observing


class Recorder:
    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.overrides: list[Override] = []

    def scope_made(self, scope: Scope) -> None:
        self.scopes.append(scope)

    def override_made(self, override: Override) -> None:
        self.overrides.append(override)


def test_an_observer_gets_the_scopes_and_overrides_of_every_container():
    seen, outer = Recorder(), Recorder()
    containers = Container(), Container()
    with observing(outer), observing(seen):
        scopes = [each.scoped_context({str: "a"}) for each in containers]
        for each in containers:
            each.register(Pool)
        made = [containers[0].override(Pool, Pool), containers[1].override_context(Pool, Pool)]
        made.append(containers[1].override_instance(Pool, Pool()))
    assert seen.scopes == outer.scopes == scopes
    assert seen.overrides == outer.overrides == made
    assert [each.is_active for each in made] == [True, False, True]


def test_an_observer_gets_nothing_before_and_after():
    container, seen = Container(), Recorder()
    container.register(Pool)
    container.scoped_context()
    with observing(seen):
        pass
    container.scoped_context()
    container.override(Pool, Pool)
    assert (seen.scopes, seen.overrides) == ([], [])


def test_an_override_is_active_from_its_begin_to_its_end():
    container = Container()
    container.register(Pool)
    override = container.override_context(Pool, Pool)
    assert not override.is_active
    with override:
        assert override.is_active
        assert container.overrides[0].is_active
    assert not override.is_active
    override.begin()
    container.reset_overrides()
    assert not override.is_active
