"""What type checkers must make of policies and of the gate; never executed."""

from typing import assert_type

from ftf.http import Controller, FastTrackFramework, put
from ftf.http.auth import Decision, Gate, Policy, allow, deny, hide


class User:
    name = ""
    is_admin = False


class Robot: ...


class Post:
    author = ""


class Comment: ...


class Query[T]: ...


class PostPolicy(Policy[User]):
    def __init__(self, robots: list[Robot]) -> None:
        self.robots = robots

    async def before(self, user: User) -> bool | None:
        return True if user.is_admin else None

    async def update(self, user: User, post: Post) -> Decision:
        return allow() if post.author == user.name else hide()

    async def view(self, user: User | None, post: Post) -> bool:
        return user is None or bool(post.author)

    def create(self, user: User) -> bool:
        return bool(user.name)

    def publish(self, user: User, post: Post, *, now: bool = False) -> Decision:
        return deny("Not now.", 409) if now else allow()

    def visible(self, user: User | None, query: Query[Post]) -> Query[Post]:
        return query

    def title(self, user: User, post: Post) -> str:
        return user.name + post.author


class RobotPolicy(Policy[Robot]):
    def before(self, user: Robot | None) -> Decision | None:
        return None if user else deny()

    def update(self, user: Robot, post: Post) -> bool:
        return isinstance(user, Robot) is isinstance(post, Post)


class NoPolicy:
    def update(self, user: User, post: Post) -> bool:
        return user.name == post.author


app = FastTrackFramework()
app.add_policy(Post, PostPolicy)
app.add_policy(Robot, RobotPolicy)
app.add_policy(Post, NoPolicy)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
app.add_policy("Post", PostPolicy)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Posts(Controller):
    def __init__(self, gate: Gate[User]) -> None:
        self.gate = gate

    @put("/{number}")
    async def update(self, number: int) -> None:
        await self.gate.authorize(PostPolicy.update, Post())


async def right(gate: Gate[User], post: Post, query: Query[Post]) -> None:
    await gate.authorize(PostPolicy.update, post)
    await gate.authorize(PostPolicy.update, post=post)
    await gate.authorize(PostPolicy.create)
    await gate.authorize(PostPolicy.publish, post, now=True)
    await gate.for_user(None).authorize(PostPolicy.view, post)
    assert_type(await gate.allows(PostPolicy.view, post), bool)
    assert_type(await gate.decide(PostPolicy.view, post), Decision)
    assert_type(await gate.visible(Post, query), Query[Post])


async def wrong(gate: Gate[User], post: Post, comment: Comment) -> None:
    await gate.authorize(PostPolicy.updaet, post)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    await gate.authorize(PostPolicy.update)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await gate.authorize(PostPolicy.update, comment)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await gate.authorize(PostPolicy.publish, post, later=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await gate.authorize(PostPolicy.title, post)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await gate.authorize(PostPolicy.before)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await gate.authorize(RobotPolicy.update, post)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await gate.authorize(NoPolicy.update, post)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    await gate.allows("update", post)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
    gate.authorize(PostPolicy.update, post)  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    gate.for_user(Robot())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    if gate.allows(PostPolicy.update, post):  # type: ignore[truthy-bool]
        return
