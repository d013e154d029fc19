"""Related records of a resource with a policy: each user sees those of their own policies."""

from typing import Annotated

import pytest
from catalogue import Model
from notebook import Author, HeaderAuthor
from pydantic import BaseModel
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http import FastTrackFramework
from ftf.http.auth import Policy, UserSource, deny
from ftf.http.exceptions import InvalidRoutesError
from ftf.http.resources import MISSING, Count, ResourceController, Unnarrowed, When
from ftf.orm import Filter, FilterSet, Include, QueryBuilder


class Folder(Model):
    __tablename__ = "folders"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    parent: Mapped["Folder | None"] = relationship(remote_side="Folder.id")
    pages: Mapped[list["Sheet"]] = relationship(back_populates="folder", order_by="Sheet.id")


class Sheet(Model):
    __tablename__ = "sheets"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    text: Mapped[str]
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
    folder: Mapped[Folder] = relationship(back_populates="pages")


class OwnPolicy(Policy[Author]):
    """Ada may see everything, and the others what is their own; eve may count it."""

    def before(self, user: Author) -> bool | None:
        return True if user.name == "ada" else None

    def create(self, user: Author) -> bool:
        return user.name != "reader"

    def secrets(self, user: Author) -> bool:
        return False

    def visible(self, user: Author | None, query: QueryBuilder[Model]) -> QueryBuilder[Model]:
        return query.within(query.model.owner == (user.name if user else "all"))


class FolderPolicy(OwnPolicy): ...


class SheetPolicy(OwnPolicy): ...


class SheetOut(BaseModel):
    id: int
    text: str


class ParentOut(BaseModel):
    id: int
    pages: list[SheetOut]


class FolderIn(BaseModel):
    owner: str
    parent_id: int | None = None


class FolderOut(BaseModel):
    id: int
    pages: list[SheetOut] | MISSING = MISSING
    all_pages: Annotated[int, Count(Folder.pages), Unnarrowed]
    pages_count: Annotated[int, Count(Folder.pages)]
    parent: ParentOut | MISSING | None = MISSING
    owner: Annotated[str | MISSING, When(FolderPolicy.secrets)] = MISSING


class Folders(ResourceController[Folder, FolderIn, FolderOut]):
    prefix = "/folders"
    policy = FolderPolicy
    actions = ("index", "show", "store")
    filters = FilterSet(
        Folder,
        Filter(Sheet.text, via=(Folder.pages,)),
        Filter(Sheet.id, name="above", via=(Folder.parent, Folder.pages)),
        includes=(Include(Folder.pages, limit=5), Include(Folder.parent)),
    )


class SheetIn(BaseModel):
    text: str


class NullableOut(BaseModel):
    id: int
    folder: ParentOut | None


class OpenOut(BaseModel):
    id: int
    folder: Annotated[ParentOut, Unnarrowed()]


class Sheets(ResourceController[Sheet, SheetIn, NullableOut]):
    prefix = "/sheets"
    policy = SheetPolicy
    actions = ("index", "show")


class OpenSheets(ResourceController[Sheet, SheetIn, OpenOut]):
    prefix = "/open-sheets"
    policy = SheetPolicy
    actions = ("index", "show")


def application(*controllers: type) -> FastTrackFramework:
    app = FastTrackFramework()
    app.register(UserSource[Author], HeaderAuthor, scope="scoped")
    app.add_policy(Folder, FolderPolicy)
    app.add_policy(Sheet, SheetPolicy)
    for each in controllers:
        app.add_controller(each)
    return app


@pytest.fixture
async def shop(serving):
    """Folder 1 of all holds sheets of all, bob and eve; folder 2 of bob, within it, one of bob."""
    async with serving(application(Folders, Sheets, OpenSheets)) as shop:
        await shop.save(Folder(owner="all"))
        await shop.save(Folder(owner="bob", parent_id=1))
        for number, (owner, folder) in enumerate(
            [("all", 1), ("bob", 1), ("eve", 1), ("bob", 2)], 1
        ):
            sheet = Sheet(owner=owner, text=f"t{number}", folder_id=folder)
            await shop.save(sheet)
        yield shop


async def items(shop, path: str, user: str = "") -> list[dict[str, object]]:
    answer = await shop.client.get(path, headers={"x-user": user} if user else {})
    assert answer.status_code == 200
    return answer.json()["items"]


def ids(records: list[dict[str, object]]) -> list[object]:
    return [record["id"] for record in records]


async def test_included_and_counted_records_are_those_that_the_user_sees(shop):
    (folder,) = await items(shop, "/folders?include=pages")
    assert ids(folder["pages"]) == [1]
    assert (folder["pages_count"], folder["all_pages"]) == (1, 3)
    one, two = await items(shop, "/folders?include=pages", "ada")
    assert (ids(one["pages"]), ids(two["pages"])) == ([1, 2, 3], [4])
    assert (one["pages_count"], two["pages_count"]) == (3, 1)


async def test_one_related_record_that_is_not_seen_is_null(shop):
    (folder,) = await items(shop, "/folders?include=parent", "bob")
    assert (folder["id"], folder["parent"]) == (2, None)
    assert (await items(shop, "/sheets", "bob")) == [
        {"id": 2, "folder": None},
        {"id": 4, "folder": {"id": 2, "pages": [{"id": 4, "text": "t4"}]}},
    ]
    of_ada = (await items(shop, "/folders?include=parent", "ada"))[1]
    assert ids(of_ada["parent"]["pages"]) == [1, 2, 3]
    shown = await shop.client.get("/sheets/2", headers={"x-user": "bob"})
    assert shown.json()["folder"] is None


async def test_what_is_marked_is_shown_to_all_who_see_the_record(shop):
    (first, _) = await items(shop, "/open-sheets", "bob")
    assert (first["id"], first["folder"]["id"], ids(first["folder"]["pages"])) == (2, 1, [2])


async def test_resource_20_filters_ask_about_no_related_record_that_is_not_seen(shop):
    assert ids(await items(shop, "/folders?text=t4", "bob")) == [2]
    assert await items(shop, "/folders?text=t2") == []
    assert ids(await items(shop, "/folders?text=t1")) == [1]
    assert ids(await items(shop, "/folders?text=t2", "ada")) == [1]
    assert await items(shop, "/folders?above=2", "bob") == []
    assert ids(await items(shop, "/folders?above=2", "ada")) == [2]


async def test_a_model_that_a_list_filters_by_and_shows_is_narrowed_once(shop, monkeypatch):
    asked: list[str] = []
    visible = SheetPolicy.visible
    monkeypatch.setattr(
        SheetPolicy, "visible", lambda *args: (asked.append("sheets"), visible(*args))[1]
    )
    assert ids(await items(shop, "/folders?text=t4&include=pages", "bob")) == [2]
    assert asked == ["sheets"]


async def test_abilities_of_a_class_that_several_policies_inherit_are_asked_of_the_own_one(shop):
    for user, status in (("reader", 403), ("bob", 201)):
        answer = await shop.client.post("/folders", json={"owner": user}, headers={"x-user": user})
        assert answer.status_code == status
    assert "owner" not in answer.json()
    assert (await items(shop, "/folders", "ada"))[0]["owner"] == "all"


async def test_who_may_see_none_of_the_related_records_gets_none(serving):
    class Strict(OwnPolicy):
        def visible(self, user: Author, query: QueryBuilder[Sheet]) -> QueryBuilder[Sheet]:
            return deny() if user.name == "bob" else query

    app = FastTrackFramework()
    app.register(UserSource[Author], HeaderAuthor, scope="scoped")
    app.add_policy(Folder, FolderPolicy)
    app.add_policy(Sheet, Strict)
    app.add_controller(Folders)
    async with serving(app) as shop:
        for owner in ("all", "bob"):
            sheets = [Sheet(owner=owner, text="t")]
            await shop.save(Folder(owner=owner, pages=sheets))
        for user in ("", "bob"):
            (folder,) = await items(shop, "/folders?include=pages", user)
            assert (folder["pages"], folder["pages_count"], folder["all_pages"]) == ([], 0, 1)


class NeverNoneOut(BaseModel):
    id: int
    folder: ParentOut


class DeepOut(BaseModel):
    id: int
    pages: list[NeverNoneOut]


class NeverNones(ResourceController[Sheet, SheetIn, NeverNoneOut]):
    prefix = "/never"
    policy = SheetPolicy
    actions = ("index",)


class Deeps(ResourceController[Folder, FolderIn, DeepOut]):
    prefix = "/deep"
    policy = FolderPolicy
    actions = ("index",)


@pytest.mark.parametrize("controller", [NeverNones, Deeps])
async def test_one_related_record_that_cannot_be_null_stops_the_start(controller, serve):
    app = application(controller)
    problem = r"NeverNoneOut\.folder shows one Folder, which the policy of Folder may hide"
    with pytest.raises(InvalidRoutesError, match=problem):
        async with serve(app):
            pass


async def test_one_related_record_of_a_model_that_no_policy_narrows_need_not_be_null(serve):
    app = FastTrackFramework()
    app.register(UserSource[Author], HeaderAuthor, scope="scoped")
    app.add_policy(Sheet, SheetPolicy)
    app.add_controller(NeverNones)
    async with serve(app) as client:
        assert (await client.get("/openapi.json")).status_code == 200
