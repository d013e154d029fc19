"""Clients with a credential that the application issues, and the clock that it ends by.

ftf-http is not installed here: a module stands in for `ftf.http.auth`. With the real one, the
documentation's tests do the same.
"""

import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from ftf.container import Container
from ftf.testing import FrozenClock


class Credentials:
    async def headers(self, user, *, scopes, guard, fresh):
        return {"X-User": f"{user} {','.join(scopes)} {guard} {fresh}"}


class Clock:
    def time(self) -> float:
        return 1.0


@pytest.fixture(autouse=True)
def auth(monkeypatch):
    found = SimpleNamespace(Credentials=Credentials, Clock=Clock)
    monkeypatch.setitem(sys.modules, "ftf.http.auth", found)


def run(pytester, test: str, passed: int = 1) -> None:
    pytester.makepyfile(
        application="""
        import sys

        from ftf.container import Container

        auth = sys.modules["ftf.http.auth"]

        async def app(scope, receive, send):
            if scope["type"] == "lifespan":
                while (message := await receive())["type"] != "lifespan.shutdown":
                    await send({"type": "lifespan.startup.complete"})
                await send({"type": "lifespan.shutdown.complete"})
                return
            user = dict(scope["headers"]).get(b"x-user", b"nobody")
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": user})

        app.container = Container()
        app.container.instance(auth.Credentials, auth.Credentials())
        app.container.register(auth.Clock, scope="singleton")
        """
    )
    pytester.makeini(
        """
        [pytest]
        asyncio_mode = auto
        asyncio_default_fixture_loop_scope = function
        filterwarnings = error
        ftf_app = application:app
        pythonpath = .
        """
    )
    pytester.makepyfile(test)
    pytester.runpytest_inprocess().assert_outcomes(passed=passed)


def test_the_application_issues_the_credentials_of_users(pytester):
    run(
        pytester,
        """
        import pytest

        async def user_of(client):
            return (await client.get("/")).text

        async def test_issued(acting_as, client):
            bob = acting_as("bob")
            narrow = acting_as("ann", scopes=["a", "b"], guard="web", fresh=False)
            assert await user_of(bob) == "bob * None True"
            assert await user_of(narrow) == "ann a,b web False"
            assert await user_of(bob) == "bob * None True"
            assert await user_of(client) == "nobody"
            assert await user_of(acting_as({"X-User": "as it is"})) == "as it is"

        class TestOverridden:
            @pytest.fixture
            def auth_headers(self):
                return lambda user: {"X-User": f"own {user}"}

            async def test_own(self, acting_as):
                assert await user_of(acting_as("bob", scopes=["a"])) == "own bob"
        """,
        passed=2,
    )


def test_the_clock_of_the_application_stands_still(pytester):
    run(
        pytester,
        """
        import sys

        Clock = sys.modules["ftf.http.auth"].Clock

        def test_frozen(container, frozen_clock):
            clock = container.resolve(Clock)
            assert clock is frozen_clock
            before = clock.time()
            frozen_clock.move(90)
            assert clock.time() == before + 90

        def test_afterwards(container):
            assert container.resolve(Clock).time() == 1.0
        """,
        passed=2,
    )


class LimitClock:
    now = staticmethod(lambda: 1)

    @contextmanager
    def replaced(self, clock):
        before, self.now = self.now, clock
        yield
        self.now = before


def test_the_limits_of_the_application_count_by_the_frozen_clock(pytester, monkeypatch):
    monkeypatch.setitem(sys.modules, "ftf.http.limits", SimpleNamespace(LimitClock=LimitClock))
    run(
        pytester,
        """
        import sys

        import pytest

        @pytest.fixture
        def limits(container):
            limits = sys.modules["ftf.http.limits"].LimitClock()
            container.instance(type(limits), limits)
            yield limits
            assert limits.now() == 1

        def test_frozen(limits, frozen_clock):
            before = limits.now()
            assert before == frozen_clock.time() * 1_000_000_000
            frozen_clock.move(1.5)
            assert limits.now() == before + 1_500_000_000

        def test_without_limits(frozen_clock):
            frozen_clock.move(1)
        """,
        passed=2,
    )


def test_a_frozen_clock_is_moved_and_set():
    clock = FrozenClock()
    clock.set(datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == datetime(2030, 1, 1, 10, tzinfo=UTC)
    assert clock.time() == clock.now().timestamp()
    clock.move(timedelta(days=1))
    clock.move(-60.5)
    assert repr(clock) == "FrozenClock(2030-01-02T09:58:59.500000+00:00)"
    with pytest.raises(ValueError, match=r"has no time zone: write `.replace\(tzinfo=UTC\)`"):
        clock.set(datetime(2030, 1, 1))  # noqa: DTZ001  # what is refused


def test_an_application_without_guards_issues_nothing():
    from ftf.testing.app._acting_as import issue_of  # noqa: PLC2701  # the fixture needs a transport

    assert issue_of(object()) is None
    assert issue_of(SimpleNamespace(container=Container())) is None
