"""Users and their logins, on SQLite and PostgreSQL."""

from httpx import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from blog.factories import add_user, write_posts
from blog.mail import SendMail
from blog.models import Role, User
from ftf.orm import Repository
from ftf.testing import ActingAs, JobFake, JobTester, assert_count

ADA = {"email": "ada@example.com", "password": "correct horse battery"}


def link_in(queued: JobFake) -> str:
    """Return the token of the link in the latest mail."""
    return queued.enqueued(SendMail)[-1].text.partition("token=")[2]


async def test_a_reader_registers_logs_in_and_out(client: AsyncClient, jobs: JobTester) -> None:
    queued = jobs.fake()
    assert (await client.post("/auth/register", json=ADA)).status_code == 202
    verified = await client.post("/auth/verify-email", json={"token": link_in(queued)})
    assert verified.status_code == 204
    pair = (await client.post("/auth/login", json=ADA)).json()
    bearer = {"authorization": f"Bearer {pair['access_token']}"}
    me = (await client.get("/users/me", headers=bearer)).json()
    assert (me["name"], me["email"]) == ("A new reader", "ada@example.com")
    assert (await client.post("/auth/logout", headers=bearer)).status_code == 204
    form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert (await client.post("/auth/token", data=form)).json()["error"] == "invalid_grant"


async def test_guesses_of_a_password_are_limited(client: AsyncClient) -> None:
    for _ in range(50):  # the sixth, but on a machine that takes long for five
        answer = await client.post("/auth/login", json=ADA)
        if answer.status_code != 401:
            break
    assert (answer.status_code, answer.json()["violated-policies"]) == (429, ["login"])


async def test_an_admin_invites_a_user_who_sets_a_password(
    client: AsyncClient, session: AsyncSession, jobs: JobTester, acting_as: ActingAs
) -> None:
    queued = jobs.fake()
    admin = acting_as(await add_user(session, "admin"))
    ada = {"name": "Ada", "email": "Ada@Example.com"}
    assert (await admin.post("/users", json=ada)).status_code == 201
    link = {"token": link_in(queued), "password": ADA["password"]}
    assert (await client.post("/auth/reset-password", json=link)).status_code == 204
    assert (await client.post("/auth/login", json=ADA)).status_code == 200
    again = await admin.post("/users", json=ada)
    assert (again.status_code, again.json()["columns"]) == (409, ["email"])
    queued.assert_enqueued(SendMail, times=1)


async def test_users_change_themselves_and_admins_all(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    ada, bo = await add_user(session), await add_user(session)
    path, name = f"/users/{ada.id}", {"name": "Augusta"}
    for user, status in ((None, 401), (bo, 403), (ada, 200)):
        sender = acting_as(user) if user else client
        assert (await sender.put(path, json=name)).status_code == status
        for_admins = status if status != 200 else 403
        answer = await sender.put(f"{path}/roles", json={"roles": []})
        assert answer.status_code == for_admins
        answer = await sender.post("/users", json=name | {"email": ADA["email"]})
        assert answer.status_code == for_admins
    assert (await client.get(path)).json()["name"] == "Augusta"
    assert (await acting_as(bo).delete(path)).status_code == 403
    admin = acting_as(await add_user(session, "admin"))
    assert (await admin.delete(path)).status_code == 204
    assert (await acting_as(bo).delete(f"/users/{bo.id}")).status_code == 204
    assert (await client.get("/users")).json()["total"] == 1


async def test_an_admin_grants_roles(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    admin, ada = await add_user(session, "admin"), await add_user(session)
    await Repository(session, Role).create(Role(name="editor"))
    await session.commit()
    path = f"/users/{ada.id}"
    granted = await acting_as(admin).put(f"{path}/roles", json={"roles": ["editor"]})
    assert granted.json()["roles"] == [{"name": "editor"}]
    editors = (await client.get("/users", params={"role": "editor"})).json()
    assert [user["id"] for user in editors["items"]] == [ada.id]
    unknown = await acting_as(admin).put(f"{path}/roles", json={"roles": ["editor", "king"]})
    assert [error["pointer"] for error in unknown.json()["errors"]] == ["/roles/1"]


async def test_addresses_are_shown_to_their_owners_only(
    client: AsyncClient, session: AsyncSession, acting_as: ActingAs
) -> None:
    (post,) = await write_posts(session, 1)
    ada = post.author
    for path in ("/users", f"/users/{ada.id}", "/posts", f"/posts/{post.id}?include=comments"):
        assert "@" not in (await client.get(path)).text
    assert (await acting_as(ada).get("/users/me")).json()["email"] == ada.email
    assert (await client.get("/users?email=x")).status_code == 422


async def test_a_user_leaves_with_all_posts(session: AsyncSession, acting_as: ActingAs) -> None:
    (post,) = await write_posts(session, 1)
    assert (await acting_as(post.author).delete(f"/users/{post.author_id}")).status_code == 204
    await assert_count(session, User, 1)
    await assert_count(session, type(post), 0)
