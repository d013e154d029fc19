"""What the gate asks of a policy, and what a refusal is answered with."""

import pytest
from fastapi import WebSocket
from post_policy import Post, PostPolicy, User

from ftf.http import Injected
from ftf.http.auth import (
    AccessDenied,
    Decision,
    Gate,
    Policy,
    UserSource,
    allow,
    deny,
    observing_decisions,
)

MINE, ANOTHERS, PUBLISHED = Post("ada"), Post("eve"), Post("eve", is_published=True)


async def test_what_a_policy_allows_goes_on(asking, log):
    response = await asking(lambda gate: gate.authorize(PostPolicy.update, MINE), "ada")
    assert (response.status_code, response.json()) == (200, None)
    assert log == ["before ada", "update ada"]


async def test_false_is_403_without_a_reason(asking):
    response = await asking(lambda gate: gate.authorize(PostPolicy.create), "reader")
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"title": "Forbidden", "status": 403}


async def test_the_reason_and_the_status_of_a_denial_are_those_of_the_response(asking):
    response = await asking(
        lambda gate: gate.authorize(PostPolicy.delete, MINE, forever=True), "ada"
    )
    assert response.json() == {"title": "Conflict", "status": 409, "detail": "Posts stay."}


async def test_allows_returns_the_decision_and_refuses_nothing(asking):
    async def ask(gate) -> list[bool]:
        posts = (MINE, ANOTHERS)
        return [await gate.allows(PostPolicy.update, post=post) for post in posts]

    assert (await asking(ask, "ada")).json() == [True, False]


async def test_decide_returns_the_reason(asking):
    found: list[Decision] = []

    async def ask(gate) -> None:
        found.append(await gate.decide(PostPolicy.delete, MINE, forever=True))

    await asking(ask, "ada")
    assert found == [Decision(allowed=False, reason="Posts stay.", status=409)]
    assert not found[0]
    assert allow()


async def test_a_gate_for_another_user_asks_about_that_one(asking):
    async def ask(gate) -> list[bool]:
        gates = (gate, gate.for_user(User("eve")), gate.for_user(None))
        return [await each.allows(PostPolicy.update, ANOTHERS) for each in gates]

    assert (await asking(ask, "ada")).json() == [False, True, False]


async def test_edge_s67_a_guest_is_401_where_the_type_admits_none_and_no_policy_is_asked(
    asking, log
):
    response = await asking(lambda gate: gate.authorize(PostPolicy.update, MINE))
    assert response.status_code == 401
    assert response.json()["title"] == "Unauthorized"
    assert log == []


async def test_edge_s67_a_guest_is_asked_about_where_the_type_admits_one(asking, log):
    async def ask(gate) -> list[bool]:
        return [await gate.allows(PostPolicy.view, post) for post in (PUBLISHED, ANOTHERS)]

    assert (await asking(ask)).json() == [True, False]
    assert log == ["view None", "view None"]


@pytest.mark.parametrize(("user", "allowed"), [("root", True), ("banned", False), ("ada", True)])
async def test_edge_s67_before_decides_unless_it_returns_none(asking, user, allowed, log):
    response = await asking(lambda gate: gate.allows(PostPolicy.view, PUBLISHED), user)
    assert response.json() is allowed
    assert log == [f"before {user}"] + [f"view {user}"] * (user == "ada")


async def test_edge_s67_an_exception_of_a_policy_denies_with_500(app, asking):
    class Broken(Policy[User]):
        def read(self, user: User) -> bool:
            raise RuntimeError(f"no rights of {user.name} are known")

    app.add_policy(int, Broken)
    response = await asking(lambda gate: gate.authorize(Broken.read), "ada")
    assert response.status_code == 500
    assert "rights" not in response.text


async def test_edge_s67_a_before_that_admits_guests_is_asked_about_them(app, asking):
    class Closed(Policy[User]):
        def before(self, user: User | None) -> Decision:
            return deny(f"The shop is closed for {user and user.name}.")

        def read(self, user: User | None) -> bool:
            return user is None

        def write(self, user: User) -> bool:
            return bool(user)

    app.add_policy(int, Closed)

    async def ask(gate) -> list[int]:
        asked = (Closed.read, Closed.write)
        return [(await gate.decide(ability)).status for ability in asked]

    assert (await asking(ask)).json() == [403, 401]


@pytest.mark.parametrize("answer", [None, "yes", 1, []])
async def test_an_ability_that_returns_no_verdict_allows_nothing(app, asking, answer):
    class Loose(Policy[User]):
        async def read(self, user: User):
            return answer

    app.add_policy(int, Loose)

    async def ask(gate) -> None:
        with pytest.raises(TypeError, match=r"Loose\.read must return a bool or a Decision, not"):
            await gate.allows(Loose.read)

    assert (await asking(ask, "ada")).status_code == 200


@pytest.mark.parametrize("status", [200, 302, 399, 500])
def test_a_denial_has_the_status_of_a_client_error(status):
    with pytest.raises(ValueError, match=f"status must be from 400 to 499, not {status}"):
        deny("no", status)


async def test_a_refusal_carries_its_facts(asking):
    async def ask(gate) -> list[object]:
        with pytest.raises(AccessDenied, match="Posts stay") as caught:
            await gate.authorize(PostPolicy.delete, MINE, forever=True)
        return [caught.value.ability, caught.value.decision.reason, caught.value.status_code]

    assert (await asking(ask, "ada")).json() == ["PostPolicy.delete", "Posts stay.", 409]


async def test_a_policy_is_built_once_for_a_request(app, asking):
    built: list[int] = []

    class Counted(Policy[User]):
        def __init__(self, log: list[str]) -> None:
            built.append(len(log))

        def read(self, user: User) -> bool:
            return True

    app.add_policy(int, Counted)

    async def ask(gate) -> bool:
        return await gate.allows(Counted.read) and await gate.allows(Counted.read)

    assert (await asking(ask, "ada")).json() is True
    assert built == [0]


async def test_decisions_are_observed_in_the_task_that_asks(asking):
    seen: list[tuple[str, bool]] = []

    async def ask(gate) -> None:
        await gate.allows(PostPolicy.update, ANOTHERS)
        await gate.visible(Post, [MINE])

    with observing_decisions(lambda ability, decision: seen.append((ability, decision.allowed))):
        await asking(ask, "ada")
    assert seen == [("PostPolicy.update", False), ("PostPolicy.visible", True)]


async def test_a_refused_websocket_is_closed_with_the_reason(app, talk):
    class Eve(UserSource[User]):
        async def user(self) -> User | None:
            return User("eve")

    app.register(UserSource[User], Eve)

    @app.websocket("/posts")
    async def posts(websocket: WebSocket, gate: Injected[Gate[User]]) -> None:
        await websocket.accept()
        await gate.authorize(PostPolicy.delete, MINE, forever=True)

    sent = await talk(app, "/posts")
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["reason"] == "Posts stay."


async def test_a_before_may_leave_the_decision_to_the_one_it_overrides(app, asking):
    class Extended(Policy[User]):
        async def before(self, user: User) -> bool | None:
            return user.name == "root" or super().before(user)

        def read(self, user: User) -> bool:
            return False

    app.add_policy(int, Extended)

    async def ask(gate) -> list[bool]:
        return [await each.allows(Extended.read) for each in (gate, gate.for_user(User("root")))]

    assert (await asking(ask, "ada")).json() == [False, True]
