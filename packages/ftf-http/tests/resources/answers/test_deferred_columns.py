"""Deferred columns: in the SELECT of a record that shows them, and where a change is merged."""

from decimal import Decimal
from typing import Annotated

import pytest
from catalogue import Model
from pydantic import BaseModel
from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship, synonym

from ftf.http import FastTrackFramework
from ftf.http.resources import MISSING, Needs, Projection, ResourceController, When
from ftf.orm import FilterSet, Include, QueryBuilder, Unique


class Shelf(Model):
    __tablename__ = "deferred_shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = deferred(mapped_column(String(100)))
    volumes: Mapped[list["Volume"]] = relationship(back_populates="shelf")


class Volume(Model):
    __tablename__ = "volumes"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = deferred(mapped_column(String(100), unique=True))
    price: Mapped[Decimal] = deferred(mapped_column(Numeric(10, 2), default=1))
    shelf_id: Mapped[int] = mapped_column(ForeignKey("deferred_shelves.id"))
    shelf: Mapped[Shelf] = relationship(back_populates="volumes")
    words: Mapped[str] = synonym("text")

    @hybrid_property
    def shout(self) -> str:
        return self.text.upper()


class ShelfOut(BaseModel):
    plan: str


class VolumeIn(BaseModel):
    title: str
    text: Annotated[str, Unique(Volume.text)]
    shelf_id: int = 1


class VolumeOut(BaseModel):
    id: int
    text: str
    words: str
    shout: str
    shelf: ShelfOut


class BriefOut(BaseModel):
    shout: Annotated[str, Needs(Volume.text)]


class ShelfWithSomeOut(BaseModel):
    plan: str
    volumes: list[BriefOut] | MISSING = MISSING


class WholeShelfOut(BaseModel):
    plan: str
    volumes: list[BriefOut]


def may_see_prices(_user: object) -> bool:
    return False


class PricedOut(BaseModel):
    text: str
    price: Annotated[Decimal | MISSING, When(may_see_prices)] = MISSING


class ShelfIn(BaseModel):
    plan: str


class Volumes(ResourceController[Volume, VolumeIn, VolumeOut]):
    prefix = "/volumes"
    actions = (*ResourceController.actions, "update_many")


class Shelves(ResourceController[Shelf, ShelfIn, ShelfWithSomeOut]):
    prefix = "/shelves"
    actions = ("index", "show")
    filters = FilterSet(Shelf, includes=(Include(Shelf.volumes, limit=1),))


class WholeShelves(ResourceController[Shelf, ShelfIn, WholeShelfOut]):
    prefix = "/whole-shelves"
    actions = ("show",)


@pytest.fixture
async def shop(serving):
    app = FastTrackFramework()
    for each in (Volumes, Shelves, WholeShelves):
        app.add_controller(each)
    async with serving(app) as shop:
        shelf = Shelf(plan="high")
        volumes = [Volume(title=f"T{each}", text=f"text {each}", shelf=shelf) for each in (1, 2)]
        await shop.save(*volumes)
        yield shop


SHOWN = {
    "id": 1,
    "text": "text 1",
    "words": "text 1",
    "shout": "TEXT 1",
    "shelf": {"plan": "high"},
}


async def test_resource_40_a_deferred_column_is_in_the_select_of_its_record(shop):
    assert (await shop.get("/volumes/1")).json() == SHOWN
    assert len(shop.queries) == 2  # the volume, and its shelf
    assert not any("price" in query for query in shop.queries)
    page = (await shop.get("/volumes", per_page=1)).json()
    assert page["items"] == [SHOWN]
    assert len(shop.queries) == 3  # the count besides


@pytest.mark.parametrize(
    ("path", "number"), [("/shelves/1?include=volumes", 1), ("/whole-shelves/1", 2)]
)
async def test_resource_40_deferred_columns_of_related_records_are_in_theirs(shop, path, number):
    answer = (await shop.get(path)).json()
    texts = [each["shout"] for each in answer["volumes"]]
    assert (answer["plan"], texts) == ("high", ["TEXT 1", "TEXT 2"][:number])
    assert len(shop.queries) == 2


async def test_resource_40_a_new_record_is_shown_with_its_deferred_columns(shop):
    body = {"title": "T3", "text": "text 3"}
    answer = await shop.client.post("/volumes", json=body)
    assert answer.status_code == 201
    assert answer.json()["shout"] == "TEXT 3"


async def test_resource_40_a_change_is_merged_into_deferred_columns(shop):
    answer = await shop.client.patch("/volumes/1", json={"title": "New"})
    assert (answer.status_code, answer.json()) == (200, SHOWN)
    answer = await shop.client.patch("/volumes/1", json={"text": "text 2"})
    assert answer.status_code == 422
    answer = await shop.client.patch("/volumes/batch", json=[{"id": 1, "text": "other"}])
    assert answer.json()[0]["shout"] == "OTHER"


async def test_resource_43_a_deferred_column_that_the_user_does_not_see_is_not_loaded(shop):
    async with shop.session() as session:
        query = Projection(Volume, PricedOut).load(QueryBuilder(session, Volume))
        assert "text" in query.to_sql()
        assert "price" not in query.to_sql()
