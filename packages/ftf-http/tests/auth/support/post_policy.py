"""Posts, the policy of posts, and the users that a header names."""

from dataclasses import dataclass

from fastapi import Request

from ftf.http.auth import Decision, Policy, UserSource, allow, deny, hide


@dataclass
class User:
    name: str


@dataclass
class Post:
    author: str
    is_published: bool = False


class PostPolicy(Policy[User]):
    """Notes in the log what it is asked."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def before(self, user: User) -> bool | None:
        self.log.append(f"before {user.name}")
        return {"root": True, "banned": False}.get(user.name)

    async def update(self, user: User, post: Post) -> Decision:
        self.log.append(f"update {user.name}")
        return allow() if post.author == user.name else hide()

    async def delete(self, user: User, post: Post, *, forever: bool = False) -> Decision:
        return deny("Posts stay.", 409) if forever else deny()

    def create(self, user: User) -> bool:
        return user.name != "reader"

    async def view(self, user: User | None, post: Post) -> bool:
        self.log.append(f"view {user and user.name}")
        return post.is_published

    def visible(self, user: User | None, query: list[Post]) -> list[Post]:
        name = user.name if user else None
        return [post for post in query if post.is_published or post.author == name]


class NamedUser(UserSource[User]):
    """The user whom a header of the request names."""

    def __init__(self, request: Request) -> None:
        self._name = request.headers.get("x-user")

    async def user(self) -> User | None:
        return User(self._name) if self._name else None
