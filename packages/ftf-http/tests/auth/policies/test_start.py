"""What stops the start: policies without users, and policies that nobody added."""

import subprocess
import sys
import types

import pytest
from fastapi import Depends
from post_policy import Post, PostPolicy, User

from ftf.http import Controller, FastTrackFramework, Injected, get
from ftf.http.auth import Gate, InvalidPoliciesError, Policy


class OtherPolicy(Policy[User]):
    def read(self, user: User) -> bool:
        return True


class BasePolicy(Policy[User]):
    def update(self, user: User, post: Post) -> bool:
        return True


class LatePolicy(BasePolicy):
    pass


async def plain(gate: Injected[Gate[User]]) -> None:
    await gate.authorize(OtherPolicy.read)


async def inner(gate: Injected[Gate[User]]) -> bool:
    async def may_read() -> bool:
        return await gate.allows(OtherPolicy.read)

    return await may_read()


async def by_module(gate: Injected[Gate[User]]) -> None:
    await gate.authorize(policies.OtherPolicy.read)


policies = types.ModuleType("policies")
policies.OtherPolicy = OtherPolicy


def on_handler(app: FastTrackFramework) -> None:
    app.get("/posts")(plain)


def on_inner_function(app: FastTrackFramework) -> None:
    app.get("/posts")(inner)


def on_module(app: FastTrackFramework) -> None:
    app.get("/posts")(by_module)


def on_dependency(app: FastTrackFramework) -> None:
    app.get("/posts", dependencies=[Depends(plain)])(lambda: None)


def on_closure(app: FastTrackFramework) -> None:
    local = OtherPolicy

    async def show(gate: Injected[Gate[User]]) -> None:
        await gate.authorize(local.read)

    app.get("/posts")(show)


def on_controller(app: FastTrackFramework) -> None:
    class Posts(Controller):
        def __init__(self, gate: Gate[User]) -> None:
            self._gate = gate

        @get("/posts")
        async def show(self) -> None:
            await self._gate.authorize(OtherPolicy.read)

    app.add_controller(Posts)


@pytest.mark.parametrize(
    "add", [on_handler, on_inner_function, on_module, on_dependency, on_closure, on_controller]
)
async def test_edge_s66_a_policy_that_a_handler_names_and_nobody_added_stops_the_start(
    app, serve, add
):
    add(app)
    problem = r"GET /posts:\nThe handler asks OtherPolicy, which was not added"
    with pytest.raises(InvalidPoliciesError, match=problem) as caught:
        async with serve(app):
            pass
    assert [fault.place for fault in caught.value.faults] == ["GET /posts"]
    assert "app.add_policy(Model, OtherPolicy)" in str(caught.value)


async def test_a_handler_may_name_a_policy_that_another_inherits_from(app, serve):
    app.add_policy(int, LatePolicy)

    @app.get("/posts")
    async def show(gate: Injected[Gate[User]]) -> bool:
        return await gate.allows(BasePolicy.update, Post("ada"))

    async with serve(app) as client:
        assert (await client.get("/posts", headers={"x-user": "ada"})).json() is True


async def test_a_name_that_has_no_value_yet_is_no_fault(app, serve):
    async def show():
        return unset

    app.get("/posts")(show)
    app.get("/length", dependencies=[Depends(object)])(lambda: None)
    async with serve(app):
        pass
    unset = OtherPolicy


async def test_edge_s66_a_policy_whose_users_nothing_knows_stops_the_start(serve, log):
    app = FastTrackFramework()
    app.instance(list[str], log)
    app.add_policy(Post, PostPolicy)
    with pytest.raises(
        InvalidPoliciesError, match=r"PostPolicy:\nNothing knows who sends a request"
    ):
        async with serve(app):
            pass


async def test_every_fault_is_in_one_report(app, serve):
    class Unreadable(Policy[User]):
        def read(self, user: "Usr | None") -> bool:  # noqa: F821  # what is the fault
            return True

        def before(self, user: "Usr") -> bool | None:  # noqa: F821  # what is the fault
            return None

    app.add_policy(int, Unreadable)
    on_handler(app)
    with pytest.raises(InvalidPoliciesError, match="3 faults of its policies") as caught:
        async with serve(app):
            pass
    read, before, route = caught.value.faults
    assert read.place.endswith("Unreadable.read")
    assert "annotates its user as 'Usr | None', which cannot be evaluated" in read.reason
    assert before.place.endswith("Unreadable.before")
    assert route.place == "GET /posts"


async def test_a_constructor_that_cannot_be_filled_stops_the_start(no_policies, serve):
    class Closed(Policy[User]):
        def __init__(self, vault: "Vault") -> None:
            self.vault = vault

    class Vault:
        def __init__(self, code: int) -> None:
            self.code = code

    no_policies.add_policy(Post, Closed)
    with pytest.raises(Exception, match="The application cannot start: 1 of its services"):
        async with serve(no_policies):
            pass


async def test_edge_s66_an_application_without_policies_whose_handler_names_one_does_not_start(
    serve,
):
    app = FastTrackFramework()

    @app.get("/posts")
    async def show() -> str:
        return OtherPolicy.__name__

    with pytest.raises(InvalidPoliciesError, match="The handler asks OtherPolicy"):
        async with serve(app):
            pass


async def test_an_application_starts_without_the_module_of_policies(serve, monkeypatch):
    monkeypatch.delitem(sys.modules, "ftf.http.auth.policies._policy")
    async with serve(FastTrackFramework()) as client:
        assert (await client.get("/health")).status_code == 200


def test_ftf_http_alone_loads_no_policies():
    code = "import ftf.http, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)  # noqa: S603
    assert b"ftf.http.routing" in run.stdout
    assert b"ftf.http.auth" not in run.stdout
