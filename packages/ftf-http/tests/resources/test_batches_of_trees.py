"""Batches of records that refer to each other, and names of fields within fields."""

from typing import Any

import pytest
from catalogue import Model, codes
from pydantic import BaseModel, ConfigDict, field_validator
from pydantic.alias_generators import to_pascal
from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.orm import StaleRecord


class Crate(Model):
    __tablename__ = "crates"
    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[dict[str, object] | None] = mapped_column(JSON)
    crate_id: Mapped[int | None] = mapped_column(ForeignKey("crates.id", ondelete="CASCADE"))
    crate: Mapped["Crate | None"] = relationship(back_populates="crates", remote_side="Crate.id")
    crates: Mapped[list["Crate"]] = relationship(
        back_populates="crate", cascade="all, delete-orphan", passive_deletes=True
    )


class Size(BaseModel):
    model_config = ConfigDict(alias_generator=to_pascal)
    inner_width: int = 0
    parts: "list[Size]" = []
    by_name: dict[str, int] = {}

    @field_validator("inner_width")
    @classmethod
    def positive(cls, width: int) -> int:
        if width < 0:
            raise ValueError("is negative")
        return width


class CrateIn(BaseModel):
    model_config = ConfigDict(alias_generator=to_pascal)
    size: Size | None = None
    crate_id: int | None = None


class CrateOut(BaseModel):
    id: int


class Crates(ResourceController[Crate, CrateIn, CrateOut]):
    prefix = "/crates"
    actions = ("index", "store", "update", "store_many", "update_many", "destroy_many")

    async def destroying(self, record: Crate) -> None:
        if record.size:
            raise StaleRecord


@pytest.fixture
async def shop(serving):
    """The crate 1 with the crate 2 in it, which has the crate 3."""
    app = FastTrackFramework()
    app.add_controller(Crates)
    async with serving(app) as shop:
        for above in (None, 1, 2):
            await shop.save(Crate(crate_id=above))
        yield shop


async def left(shop) -> list[int]:
    return [each["id"] for each in (await shop.client.get("/crates")).json()["items"]]


@pytest.mark.parametrize("keys", [[1, 2, 3], [3, 2, 1], [1, 3], [1]])
async def test_a_record_that_another_one_of_the_batch_takes_along_is_deleted(shop, keys):
    answer = await shop.client.post("/crates/batch-delete", json=keys)
    assert (answer.status_code, await left(shop)) == (204, [])


async def test_a_record_that_was_changed_meanwhile_stops_the_batch(shop):
    await shop.save(Crate(size={"inner_width": 1}))
    answer = await shop.client.post("/crates/batch-delete", json=[1, 4])
    assert (answer.status_code, await left(shop)) == (409, [1, 2, 3, 4])


async def test_faults_of_fields_within_fields_name_their_aliases(shop):
    await shop.save(Crate(size={"inner_width": 1}))
    for size, pointer in (
        ({"InnerWidth": -1}, "/InnerWidth"),
        ({"Parts": [{"InnerWidth": 1}, {"InnerWidth": -1}]}, "/Parts/1/InnerWidth"),
        ({"ByName": {"parts": "x"}}, "/ByName/parts"),
    ):
        body: dict[str, Any] = {"Size": size}
        alone = await shop.client.patch("/crates/4", json=body)
        among = await shop.client.patch("/crates/batch", json=[{"Id": 4} | body])
        assert [pointer for pointer, _ in codes(alone)] == [f"/Size{pointer}"]
        assert [pointer for pointer, _ in codes(among)] == [f"/0/Size{pointer}"]


async def test_a_fault_of_what_is_stored_within_a_changed_field_names_its_aliases(shop):
    await shop.save(Crate(size={"inner_width": 1, "parts": [{"inner_width": -1}]}))
    answer = await shop.client.patch("/crates/4", json={"Size": {"InnerWidth": 2}})
    assert [pointer for pointer, _ in codes(answer)] == ["/Size/Parts/0/InnerWidth"]


async def test_the_key_of_an_item_has_the_name_that_its_schema_gives_it(shop):
    answer = await shop.client.patch("/crates/batch", json=[{"Id": 9}])
    assert codes(answer) == [("/0/Id", "exists")]
