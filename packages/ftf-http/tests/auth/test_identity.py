from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from ftf.http.auth import Clock, Guard, Identity, Unauthenticated


def test_edge_s11_a_program_has_no_key_of_a_user():
    assert Identity(subject="7", guard="api").user_key == "7"
    assert Identity(subject="client:7", guard="api").user_key is None


def test_scopes_are_compared_whole_and_a_star_allows_all():
    narrow = Identity(subject="7", guard="api", scopes=frozenset({"posts:read"}))

    assert narrow.allows("posts:read")
    assert not any(
        narrow.allows(scope) for scope in ("posts:*", "posts:read:all", "Posts:read", "posts", "")
    )
    assert Identity(subject="7", guard="api").allows("posts:*")


def test_an_identity_is_the_user_of_starlette():
    identity = Identity(subject="7", guard="api")
    user = HTTPConnection({"type": "http", "user": identity}).user

    assert user.is_authenticated
    assert user.display_name == user.identity == "7"


def test_a_class_with_the_members_of_a_guard_is_one():
    class Header(Guard):
        async def authenticate(self, connection):
            raise Unauthenticated

    assert isinstance(Header(), Guard)
    assert Header.challenge is None


def test_the_clock_has_utc():
    clock = Clock()

    assert clock.now().tzinfo is UTC
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 3600
    assert abs(clock.time() - clock.now().timestamp()) < 3600
