"""Policies ask the guards who the user is."""

import pytest
from auth_people import HeaderGuard, People, Person, guarded

from ftf.container import ServiceProvider
from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    AuthProvider,
    CurrentUser,
    Decision,
    Gate,
    InvalidPoliciesError,
    Policy,
    allow,
    deny,
    public,
)


class Note:
    def __init__(self, owner: int) -> None:
        self.owner = owner


class NotePolicy(Policy[Person]):
    async def edit(self, user: Person, note: Note) -> Decision:
        return allow() if note.owner == user.id else deny("It is not yours.")

    async def read(self, user: Person | None, note: Note) -> bool:
        return user is not None or note.owner == 0


async def test_the_gate_knows_the_user_of_the_guard(serve):
    app = guarded()
    app.add_policy(Note, NotePolicy)
    people = app.container.resolve(People)

    @app.put("/notes/{owner}")
    async def edit(owner: int, user: CurrentUser[Person], gate: Injected[Gate[Person]]) -> str:
        await gate.authorize(NotePolicy.edit, Note(owner))
        return user.name

    @app.get("/notes/{owner}")
    @public
    async def read(owner: int, gate: Injected[Gate[Person]]) -> bool:
        return await gate.allows(NotePolicy.read, Note(owner))

    async with serve(app) as client:
        for _ in range(2):
            people.found.clear()
            bob = {"x-user": "7"}
            assert (await client.put("/notes/7", headers=bob)).json() == "Bob"
            assert (await client.put("/notes/1", headers=bob)).status_code == 403
            assert (await client.put("/notes/7")).status_code == 401
            assert people.found == ["7", "7"]
            assert (await client.get("/notes/7", headers=bob)).json() is True
            assert (await client.get("/notes/7")).json() is False
            assert (await client.get("/notes/0")).json() is True


async def test_a_guest_whom_the_gate_refuses_gets_the_schemes_of_the_guards(serve):
    app = guarded(title="Notes")
    app.add_policy(Note, NotePolicy)

    @app.get("/notes")
    async def edit(gate: Injected[Gate[Person]]) -> None:
        await gate.authorize(NotePolicy.edit, Note(1))

    @app.get("/guest")
    async def as_guest(gate: Injected[Gate[Person]]) -> None:
        await gate.for_user(None).authorize(NotePolicy.edit, Note(1))

    async with serve(app) as client:
        for path in ("/notes", "/guest"):
            response = await client.get(path)
            assert response.status_code == 401
            assert response.headers["www-authenticate"] == 'Bearer realm="Notes"'


class Robot:
    pass


def provider(user_class: type) -> ServiceProvider:
    secret = "of-this-test-xyzXYZ0123456789-_"  # noqa: S105  # of a test
    options = {"issuer": "https://notes.example", "audience": "notes"}
    return AuthProvider(secrets=secret * 2, users=People(), user_class=user_class, **options)


@pytest.mark.parametrize(
    ("providers", "problem"),
    [
        ([], "does not know them.\nPass them: `AuthProvider\\(users"),
        ([provider(Robot)], "The users of the application are of the class Robot"),
    ],
)
async def test_edge_s66_guards_that_do_not_know_the_users_of_a_policy_stop_the_start(
    serve, providers, problem
):
    app = FastTrackFramework(providers=providers)
    app.add_guard("api", HeaderGuard)
    app.add_policy(Note, NotePolicy)
    with pytest.raises(InvalidPoliciesError, match=problem) as caught:
        async with serve(app):
            pass
    assert [fault.place for fault in caught.value.faults] == ["NotePolicy"]


async def test_users_of_a_subclass_have_the_policies_of_their_class(serve):
    class Admin(Person):
        pass

    app = FastTrackFramework(providers=[provider(Admin)])
    app.add_guard("api", HeaderGuard)
    app.add_policy(Note, NotePolicy)
    async with serve(app):
        pass
