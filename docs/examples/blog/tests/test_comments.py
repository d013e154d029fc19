"""Comments, on SQLite and PostgreSQL."""

import pytest
from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from blog.factories import add_user, write_posts
from blog.mail import MailAuthor, Mailer
from ftf.testing import ActingAs, JobTester, Override

REMARK = {"body": "Well said"}

pytestmark = pytest.mark.usefixtures("assert_authorized")


async def test_a_comment_is_written_read_changed_listed_and_deleted(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs, jobs: JobTester
) -> None:
    jobs.fake()
    post, other = await write_posts(session, 2)
    comments = f"/posts/{post.id}/comments"
    reader = acting_as(await add_user(session))
    created = (await reader.post(comments, json=REMARK)).json()
    comment = f"{comments}/{created['id']}"
    assert (await client.get(comment)).json() == created
    assert created["post_id"] == post.id
    changed = await reader.patch(comment, json={"body": "Badly said"})
    assert changed.json()["body"] == "Badly said"
    listed = (await client.get(comments)).json()
    assert [item["body"] for item in listed["items"]] == [post.comments[0].body, "Badly said"]
    assert (await client.get(f"/posts/{other.id}/comments")).json()["total"] == 1
    assert (await client.get(f"/posts/{other.id}/comments/{created['id']}")).status_code == 404
    assert (await reader.delete(comment)).status_code == 204
    assert (await client.get(comments)).json()["total"] == 1


async def test_a_comment_is_changed_by_its_author_only(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    (post,) = await write_posts(session, 1)
    comment = f"/posts/{post.id}/comments/{post.comments[0].id}"
    assert (await client.delete(comment)).status_code == 401
    assert (await acting_as(post.author).delete(comment)).status_code == 403
    assert (await acting_as(post.comments[0].author).delete(comment)).status_code == 204


async def test_deleting_a_post_removes_its_comments_and_no_others(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    doomed, kept = await write_posts(session, 2, comments=100)
    assert (await acting_as(doomed.author).delete(f"/posts/{doomed.id}")).status_code == 204
    assert (await client.get(f"/posts/{doomed.id}/comments")).status_code == 404
    assert (await client.get(f"/posts/{kept.id}/comments")).json()["total"] == 100


async def test_a_user_writes_three_comments_at_once_and_not_more(
    session: AsyncSession, acting_as: ActingAs, jobs: JobTester
) -> None:
    jobs.fake()
    (post,) = await write_posts(session, 1)
    reader, other = acting_as(await add_user(session)), acting_as(post.author)
    answers = [await reader.post(f"/posts/{post.id}/comments", json=REMARK) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[-1].json()["violated-policies"] == ["comments"]
    assert "retry-after" in answers[-1].headers
    assert (await other.post(f"/posts/{post.id}/comments", json=REMARK)).status_code == 201


async def test_the_author_of_a_post_gets_a_mail_about_a_comment(
    session: AsyncSession, jobs: JobTester, override: Override, acting_as: ActingAs
) -> None:
    sent: list[str] = []

    class Outbox(Mailer):
        async def send(self, to: str, subject: str, text: str) -> None:
            if not sent:
                sent.append("no server")
                raise ConnectionError("no server")
            sent.append(f"{to}: {subject}: {text}")

    override(Mailer, Outbox())
    (post,) = await write_posts(session, 1)
    reader = post.comments[0].author
    for author in (reader, post.author):  # no user gets a mail about a remark of their own
        answer = await acting_as(author).post(f"/posts/{post.id}/comments", json=REMARK)
        assert answer.status_code == 201
    report = await jobs.run()
    assert (len(report.done), report.failed) == (2, [])
    assert sent == ["no server", f"{post.author.email}: {reader.name} on {post.title}: Well said"]


async def test_a_comment_that_is_refused_leads_to_no_mail(
    session: AsyncSession, jobs: JobTester, acting_as: ActingAs
) -> None:
    queued = jobs.fake()
    (post,) = await write_posts(session, 1)
    reader = acting_as(await add_user(session))
    assert (await reader.post("/posts/999/comments", json=REMARK)).status_code == 404
    queued.assert_nothing_enqueued()
    assert (await reader.post(f"/posts/{post.id}/comments", json=REMARK)).status_code == 201
    queued.assert_queued(MailAuthor, times=1)
