"""Policies ask the guards who the user is."""

from auth_people import People, Person, guarded

from ftf.http import Injected
from ftf.http.auth import CurrentUser, Decision, Gate, Policy, allow, deny, public


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
