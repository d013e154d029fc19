"""Calls to try on the blog, with ids that are really there."""

import json
from dataclasses import dataclass
from shlex import join

from sqlalchemy.ext.asyncio import AsyncSession

from .models import Post, User
from .repositories import PostRepository, UserRepository


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request and the status it should get.

    Args:
        status: The expected status code.
        method: The HTTP method.
        path: The path, with the query.
        body: What is sent as JSON.
    """

    status: int
    method: str
    path: str
    body: dict[str, object] | None = None

    def curl(self, base_url: str) -> str:
        """Write the call as a line for the shell."""
        words = ["curl", "-s"]
        if self.method != "GET":
            words += ["-X", self.method]
        if self.body is not None:
            words += ["-H", "content-type: application/json", "-d", json.dumps(self.body)]
        return join([*words, base_url + self.path])


async def tour(session: AsyncSession) -> list[Call]:
    """List calls that show every kind of answer."""
    users = UserRepository(session).query()
    user = await users.order_by_key("desc").first_or_fail()
    written = await _two_posts(session, user)
    doomed, post = [found.id for found in written]
    reader = await users.where(User.id != written[1].author_id).first() or user
    page = await PostRepository(session).query().latest().cursor_paginate(per_page=1)
    ada: dict[str, object] = {"name": "Ada Lovelace", "email": f"ada.{user.id + 1}@example.com"}
    text: dict[str, object] = {"title": "Hello", "body": "A first post.", "author_id": user.id}
    remark: dict[str, object] = {"body": "Well said.", "author_id": reader.id, "post_id": post}
    return [
        Call(200, "GET", "/"),
        Call(200, "GET", "/health"),
        Call(200, "GET", "/ready"),
        Call(200, "GET", "/users?per_page=2"),
        Call(200, "GET", f"/users/{user.id}"),
        Call(201, "POST", "/users", ada),
        Call(409, "POST", "/users", ada | {"email": user.email}),
        Call(422, "POST", "/users", ada | {"email": "nowhere"}),
        Call(200, "PUT", f"/users/{user.id}", {"name": "Grace Hopper", "email": user.email}),
        Call(200, "GET", f"/posts?per_page=2&cursor={page.next_cursor}"),
        Call(201, "POST", "/posts", text),
        Call(200, "PUT", f"/posts/{post}", text),
        Call(201, "POST", "/comments", remark),
        Call(200, "GET", f"/comments?post_id={post}"),
        Call(204, "DELETE", f"/posts/{doomed}"),
        Call(404, "GET", f"/posts/{doomed}"),
        Call(200, "POST", f"/posts/{doomed}/restore"),
        Call(200, "GET", f"/posts/{doomed}"),
    ]


async def _two_posts(session: AsyncSession, author: User) -> list[Post]:
    """Find the two oldest posts, or write what is missing."""
    posts = PostRepository(session)
    found = await posts.query().order_by_key().limit(2).get()
    while len(found) < 2:  # noqa: PLR2004
        found.append(await posts.create(Post(title="Hello", body="Again.", author_id=author.id)))
    return found
