"""Policies that are added, found by a method reference, or refused."""

from typing import Annotated, Optional

import pytest
from post_policy import Post, PostPolicy, User

from ftf.http import FastTrackFramework
from ftf.http.auth import InvalidPolicyError, Policy, UnknownPolicyError

type Anyone = User | None
type Maybe[T] = T | None


class Owned[U: User](Policy[U]):
    """The abilities of whatever has an author."""

    def update(self, user: U, owned: object) -> bool:
        return getattr(owned, "author", None) == user.name

    def describe(self) -> str:
        return "not an ability, because it takes no user"


class Draft(Post):
    pass


class Note:
    author = "ada"


class DraftPolicy(Owned[User]):
    def update(self, user: User, owned: object) -> bool:
        return user.name == "editor"


class NotePolicy(Owned[User]):
    pass


async def test_a_policy_that_inherits_an_ability_is_found_by_what_it_is_about(app, asking):
    app.add_policy(Draft, DraftPolicy)
    app.add_policy(Note, NotePolicy)

    async def ask(gate) -> list[bool]:
        return [
            await gate.allows(Owned.update, Note()),
            await gate.allows(Owned.update, Draft("ada")),
            await gate.allows(DraftPolicy.update, Draft("ada")),
            await gate.for_user(User("editor")).allows(Owned.update, Draft("ada")),
        ]

    assert (await asking(ask, "ada")).json() == [True, False, False, True]


async def test_an_ability_that_several_policies_inherit_needs_what_it_is_about(app, asking):
    app.add_policy(Draft, DraftPolicy)
    app.add_policy(Note, NotePolicy)

    async def ask(gate) -> None:
        problem = r"Owned\.update is an ability of DraftPolicy\.update, NotePolicy\.update"
        with pytest.raises(UnknownPolicyError, match=problem):
            await gate.allows(Owned.update, 3)

    assert (await asking(ask, "ada")).status_code == 200


async def test_one_policy_of_several_models_is_asked_about_anything(app, asking):
    app.add_policy(Draft, DraftPolicy)
    app.add_policy(Note, DraftPolicy)
    response = await asking(lambda gate: gate.allows(DraftPolicy.update, None), "editor")
    assert response.json() is True


async def test_edge_s66_an_ability_of_no_policy_is_refused(app, asking):
    async def ask(gate) -> None:
        with pytest.raises(UnknownPolicyError, match=r"app\.add_policy\(Model, Owned\)"):
            await gate.authorize(NotePolicy.update, Note())
        with pytest.raises(UnknownPolicyError, match="is not an ability of a policy") as caught:
            await gate.authorize("update", Note())
        assert caught.value.asked == "update"
        for internal in (PostPolicy.before, PostPolicy.visible, PostPolicy.__init__):
            with pytest.raises(UnknownPolicyError, match="is not an ability"):
                await gate.authorize(internal, Note())

    # The handler's reference to NotePolicy is in a function that it calls, which the start does
    # not see.
    assert (await asking(ask, "ada")).status_code == 200


async def test_a_decorated_ability_is_found(app, asking):
    def as_editor(ability):
        def asked(*args: object) -> object:
            return ability(*args) and args[1].name == "editor"

        return asked

    class Notes(Policy[User]):
        @as_editor
        def update(self, user: User, note: Note) -> bool:
            return True

    app.add_policy(Note, Notes)

    async def ask(gate) -> list[bool]:
        gates = (gate, gate.for_user(User("editor")), gate.for_user(None))
        return [await each.allows(Notes.update, Note()) for each in gates]

    assert (await asking(ask, "ada")).json() == [False, True, False]


async def test_an_override_decides_who_is_admitted(app, asking):
    class Open(Policy[User]):
        def read(self, user: User | None) -> bool:
            return True

    class Closed(Open):
        def read(self, user: User) -> bool:  # what type checkers refuse
            return True

    class Odd(Open):
        read = staticmethod(lambda user: True)

    app.add_policy(Note, Closed)
    app.add_policy(Draft, Odd)

    async def ask(gate) -> list[bool]:
        return [await gate.allows(Open.read, about) for about in (Note(), Draft("ada"))]

    assert (await asking(ask)).json() == [False, False]


@pytest.mark.parametrize(
    ("annotation", "admitted"),
    [
        (User | None, True),
        (Optional[User], True),  # noqa: UP045  # the old form
        (Anyone, True),
        (Maybe[User], True),
        (Annotated[User | None, "whoever it is"], True),
        (None, True),
        ("User | None", True),
        (User, False),
        (object, False),
        ("User", False),
        (Annotated[User, "somebody"], False),
    ],
)
async def test_edge_s67_guests_are_admitted_by_the_type_alone(app, asking, annotation, admitted):
    class Open(Policy[User]):
        def read(self, user) -> bool:
            return True

    Open.read.__annotations__["user"] = annotation
    app.add_policy(Note, Open)
    assert (await asking(lambda gate: gate.allows(Open.read))).json() is admitted


async def test_edge_s67_a_user_without_a_type_is_no_guest(app, asking):
    class Untyped(Policy[User]):
        def read(self, user):
            return True

    app.add_policy(Note, Untyped)
    assert (await asking(lambda gate: gate.allows(Untyped.read))).json() is False


@pytest.mark.parametrize(
    ("model", "policy", "problem"),
    [
        (Note, User, "User is not a policy.\nWrite `class PostPolicy"),
        (Note, "policy", "'policy' is not a policy"),
        (Note, NotePolicy(), "is not a policy"),
        ("Note", NotePolicy, "NotePolicy is about 'Note', not a class.\nPass the model."),
        (Note, Policy, "Policy does not say whose abilities it decides"),
        (Note, Owned, r"Owned does not say whose abilities it decides.\nWrite `class Owned\("),
        (Post, NotePolicy, "NotePolicy is not the only policy of Post.\nPostPolicy was added bef"),
    ],
)
def test_what_is_no_policy_of_users_is_refused(app, model, policy, problem):
    with pytest.raises(InvalidPolicyError, match=problem) as caught:
        app.add_policy(model, policy)
    assert caught.value.policy is policy


@pytest.mark.parametrize("name", ["before", "visible"])
def test_a_before_or_visible_that_takes_no_user_is_refused(app, name):
    wrong = type("Wrong", (NotePolicy,), {name: lambda self: None})
    with pytest.raises(InvalidPolicyError, match=f"Wrong has a '{name}' that takes no user"):
        app.add_policy(Note, wrong)


async def test_a_policy_is_added_before_the_start(app, serve):
    async with serve(app):
        with pytest.raises(RuntimeError, match="Add policies before the application starts"):
            app.add_policy(Note, NotePolicy)


def test_a_policy_that_is_registered_keeps_its_lifetime(no_policies):
    no_policies.register(NotePolicy, scope="singleton")
    no_policies.add_policy(Note, NotePolicy)
    container = no_policies.container
    assert container.resolve(NotePolicy) is container.resolve(NotePolicy)


def test_applications_have_policies_of_their_own():
    first, second = FastTrackFramework(), FastTrackFramework()
    first.add_policy(Note, NotePolicy)
    second.add_policy(Note, DraftPolicy)
