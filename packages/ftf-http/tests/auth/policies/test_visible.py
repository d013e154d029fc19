"""Queries narrowed to the records that a user may see."""

import pytest
from post_policy import Post, User

from ftf.http.auth import Decision, Policy, UnknownPolicyError, hide

POSTS = [Post("ada"), Post("eve"), Post("eve", is_published=True)]


@pytest.mark.parametrize(("user", "number"), [("ada", 2), ("eve", 2), ("", 1), ("root", 3)])
async def test_a_query_is_narrowed_to_what_a_user_may_see(asking, user, number):
    async def ask(gate) -> int:
        return len(await gate.visible(Post, POSTS))

    assert (await asking(ask, user)).json() == number


async def test_a_user_whom_before_denies_sees_nothing(asking):
    response = await asking(lambda gate: gate.visible(Post, POSTS), "banned")
    assert response.status_code == 403


async def test_a_guest_is_401_where_visible_admits_none(app, asking):
    class Private(Policy[User]):
        async def visible(self, user: User, query: str) -> str:
            return f"{query} of {user.name}"

    app.add_policy(str, Private)
    assert (await asking(lambda gate: gate.visible(str, "all"))).status_code == 401
    assert (await asking(lambda gate: gate.visible(str, "all"), "ada")).json() == "all of ada"


async def test_a_decision_in_place_of_a_query_is_a_refusal(app, asking):
    class Hidden(Policy[User]):
        def visible(self, user: User, query: str) -> str | Decision:
            return hide()

    app.add_policy(str, Hidden)
    assert (await asking(lambda gate: gate.visible(str, "all"), "ada")).status_code == 404


@pytest.mark.parametrize("answer", [None, True, False])
async def test_what_is_no_query_is_refused(app, asking, answer):
    class Forgetful(Policy[User]):
        def visible(self, user: User, query: str):
            return answer

    app.add_policy(str, Forgetful)

    async def ask(gate) -> None:
        with pytest.raises(TypeError, match=r"Forgetful\.visible must return a query, not"):
            await gate.visible(str, "all")

    assert (await asking(ask, "ada")).status_code == 200


async def test_a_model_without_a_policy_or_without_visible_is_refused(app, asking):
    class Unseen(Policy[User]):
        pass

    app.add_policy(str, Unseen)

    async def ask(gate) -> None:
        with pytest.raises(UnknownPolicyError, match=r"int has no policy\.\nAdd it: `app\.add_pol"):
            await gate.visible(int, [])
        with pytest.raises(UnknownPolicyError, match=r"Unseen has no method 'visible'"):
            await gate.visible(str, [])

    assert (await asking(ask, "ada")).status_code == 200
