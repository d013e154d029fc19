"""Hidden records are answered like records that do not exist."""

import pytest
from post_policy import Post, PostPolicy, User
from starlette.responses import PlainTextResponse

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import Gate, RecordHidden, UserSource
from ftf.orm import RecordNotFound


class Ada(UserSource[User]):
    async def user(self) -> User | None:
        return User("ada")


def with_both(**options) -> FastTrackFramework:
    """An application with a record that is hidden, and one that does not exist."""
    app = FastTrackFramework(**options)
    app.register(UserSource[User], Ada)
    app.instance(list[str], [])
    app.add_policy(Post, PostPolicy)

    @app.get("/hidden")
    async def hidden(gate: Injected[Gate[User]]) -> None:
        await gate.authorize(PostPolicy.update, Post("eve"))

    @app.get("/missing")
    async def missing() -> None:
        raise RecordNotFound(Post)

    return app


async def answered(serve, app) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    async with serve(app) as client:
        responses = [
            await client.get(path, headers={"x-request-id": "1"})
            for path in ("/hidden", "/missing")
        ]
    return [(each.status_code, each.content, [*each.headers.items()]) for each in responses]


@pytest.mark.parametrize("problem_details", [True, False])
async def test_edge_s68_a_hidden_record_is_answered_like_a_missing_one(serve, problem_details):
    hidden, missing = await answered(serve, with_both(problem_details=problem_details))
    assert hidden == missing
    assert hidden[0] == 404
    assert b"Post not found" in hidden[1]


@pytest.mark.parametrize("key", [RecordNotFound, 404])
async def test_edge_s68_handlers_of_the_user_answer_both_alike(serve, key):
    app = with_both()
    app.add_exception_handler(key, lambda _, error: PlainTextResponse(str(error), 410))
    hidden, missing = await answered(serve, app)
    assert hidden == missing


async def test_edge_s68_a_title_that_is_mapped_is_that_of_both(serve):
    app = with_both()
    app.map_error(RecordNotFound, 410, "It was here once")
    hidden, missing = await answered(serve, app)
    assert hidden == missing
    assert hidden[0] == 410


async def test_edge_s68_without_ftf_orm_a_hidden_record_is_a_404(serve, monkeypatch):
    monkeypatch.setattr("ftf.http.auth.policies._setup.find_spec", lambda _: None)
    hidden, missing = await answered(serve, with_both())
    assert hidden == missing


async def test_a_handler_of_the_user_for_hidden_records_stays(serve):
    app = with_both(exception_handlers={RecordHidden: lambda _, __: PlainTextResponse("no", 418)})
    (hidden, _) = await answered(serve, app)
    assert hidden[:2] == (418, b"no")


async def test_a_hidden_record_carries_its_facts(serve):
    app = with_both()

    @app.get("/")
    async def show(gate: Injected[Gate[User]]) -> list[str]:
        with pytest.raises(RecordHidden, match="Post not found") as caught:
            await gate.authorize(PostPolicy.update, Post("eve"))
        return [caught.value.ability, caught.value.model.__name__]

    async with serve(app) as client:
        assert (await client.get("/")).json() == ["PostPolicy.update", "Post"]
