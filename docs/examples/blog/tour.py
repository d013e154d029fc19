"""Calls to try on the blog, with ids that are really there."""

import json
from dataclasses import dataclass
from shlex import join

from sqlalchemy.ext.asyncio import AsyncSession

from .models import Post, User
from .repositories import PostRepository, UserRepository
from .seed import PASSWORD

_READ = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"access_token\"])'"


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request and the status it should get.

    Args:
        status: The expected status code.
        method: The HTTP method.
        path: The path, with the query.
        body: What is sent as JSON.
        by: The variable of the shell whose access token is sent.
        keep: The variable of the shell that keeps the access token of the answer.
        show: The headers of the answer that are of interest.
    """

    status: int
    method: str
    path: str
    body: dict[str, object] | None = None
    by: str = ""
    keep: str = ""
    show: tuple[str, ...] = ()

    def curl(self, base_url: str) -> str:
        """Write the call as a line for the shell."""
        words = ["curl", "-si" if self.show else "-s"]
        if self.method != "GET":
            words += ["-X", self.method]
        if self.body is not None:
            words += ["-H", "content-type: application/json", "-d", json.dumps(self.body)]
        line = join([*words, base_url + self.path])
        if self.by:
            line += f' -H "authorization: Bearer ${self.by}"'
        return f"{self.keep}=$({line} | {_READ})" if self.keep else line


async def tour(session: AsyncSession) -> list[Call]:
    """List calls that show every kind of answer."""
    users = UserRepository(session).query()
    author = await users.where(User.email == "author@example.com").first_or_fail()
    post, doomed = [each.id for each in await _two_posts(session, author)]
    page = await PostRepository(session).query().latest().cursor_paginate(per_page=1)
    text: dict[str, object] = {"title": "Hello", "body": "A first post."}
    return [
        Call(200, "GET", "/"),
        Call(200, "GET", "/ready"),
        # Everyone reads.
        Call(200, "GET", "/users?per_page=2"),
        Call(200, "GET", f"/posts?per_page=2&cursor={page.next_cursor}"),
        Call(200, "GET", "/posts?q=hello&title__contains=HELL&sort=title&include=comments"),
        Call(422, "GET", "/posts?titel=Hello"),
        # Who has logged in writes, and changes what is their own.
        Call(401, "POST", "/posts", text),
        Call(401, "POST", "/auth/login", _account("author", "a wrong password")),
        Call(200, "POST", "/auth/login", _account("author"), keep="AUTHOR"),
        Call(200, "POST", "/auth/login", _account("reader"), keep="READER"),
        Call(200, "GET", "/users/me", by="AUTHOR"),
        Call(201, "POST", "/posts", text, "AUTHOR"),
        Call(200, "PATCH", f"/posts/{post}", {"title": "Hello again"}, "AUTHOR"),
        Call(403, "PATCH", f"/posts/{post}", {"title": "Mine"}, "READER"),
        # Three comments at once, and no more.
        *[_comment(201, post), _comment(201, post), _comment(201, post), _comment(429, post)],
        Call(200, "GET", f"/posts/{post}/comments"),
        # What is deleted can be restored.
        Call(204, "DELETE", f"/posts/{doomed}", by="AUTHOR"),
        Call(404, "GET", f"/posts/{doomed}"),
        Call(200, "POST", f"/posts/{doomed}/restore", by="AUTHOR"),
        # An admin may do everything.
        Call(200, "POST", "/auth/login", _account("admin"), keep="ADMIN"),
        Call(200, "PATCH", f"/posts/{post}", {"title": "Hello, readers"}, "ADMIN"),
        Call(200, "PUT", f"/users/{author.id}/roles", {"roles": ["author"]}, "ADMIN"),
        Call(422, "PUT", f"/users/{author.id}/roles", {"roles": ["astronaut"]}, "ADMIN"),
        Call(409, "POST", "/users", {"name": "Ada", "email": author.email}, "ADMIN"),
        Call(204, "POST", "/auth/logout", by="ADMIN"),
    ]


def _account(name: str, password: str = PASSWORD) -> dict[str, object]:
    return {"email": f"{name}@example.com", "password": password}


def _comment(status: int, post: int) -> Call:
    body: dict[str, object] = {"body": "Well said."}
    show = ("ratelimit", "retry-after")
    return Call(status, "POST", f"/posts/{post}/comments", body, "READER", show=show)


async def _two_posts(session: AsyncSession, author: User) -> list[Post]:
    """Find the two oldest posts of an author, or write what is missing."""
    posts = PostRepository(session)
    found = await posts.query().where(Post.author_id == author.id).order_by_key().limit(2).get()
    while len(found) < 2:  # noqa: PLR2004
        found.append(await posts.create(Post(title="Hello", body="Again.", author_id=author.id)))
    return found
