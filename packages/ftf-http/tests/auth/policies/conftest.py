from collections.abc import Callable

import pytest
from post_policy import NamedUser, Post, PostPolicy, User

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import Gate, UserSource


@pytest.fixture
def no_policies(log) -> FastTrackFramework:
    """An application that knows its users and has no policy."""
    app = FastTrackFramework()
    app.register(UserSource[User], NamedUser, scope="scoped")
    app.instance(list[str], log)
    return app


@pytest.fixture
def app(no_policies) -> FastTrackFramework:
    """An application with the policy of posts."""
    no_policies.add_policy(Post, PostPolicy)
    return no_policies


@pytest.fixture
def asking(app, serve):
    """What `GET /` answers, whose handler asks the gate in some way."""

    async def asked(ask: Callable[[Gate[User]], object], user: str = "", path: str = "/"):
        @app.get("/")
        async def show(gate: Injected[Gate[User]]) -> object:
            return await ask(gate)

        async with serve(app) as client:
            return await client.get(path, headers={"x-user": user})

    return asked
