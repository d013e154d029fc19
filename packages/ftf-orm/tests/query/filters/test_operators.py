"""Operators: which records they find, on both databases."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from shop import Grade, Product, Status
from sqlalchemy import insert

from ftf.orm import Filter, FilterSet, InvalidCriteria, Sort

ORDER = {"sorts": (Sort(Product.id, unshown=True),), "default": "id"}


@pytest.fixture
def store(products, session):
    """Store products, each by what distinguishes it."""

    async def insert_all(*rows: dict[str, object]) -> None:
        for number, row in enumerate(rows, 1):
            await session.execute(insert(Product).values(id=number, **row))
        await session.commit()

    return insert_all


async def test_resource_8_and_9_texts_match_literally(every, names, store):
    odd = ["", "100%", "100_", "a\\b", "a/b", "it's", 'say "x"', "axb", "100x"]
    await store(*({"name": name} for name in odd))
    assert await names(every, "name=") == [""]
    for name in odd[1:]:
        for operator in ("", "__contains", "__starts", "__ends"):
            assert await names(every, {f"name{operator}": name}) == [name]
    for mark in ("%", "_", "\\", "/", "'", '"'):
        found = await names(every, {"name__contains": mark})
        assert found == [name for name in odd if mark in name]
        assert await names(every, {"q": mark}) == found


async def test_resource_10_case_is_ignored_as_far_as_the_database_knows_it(
    every, names, store, engine
):
    await store({"name": "Straße"}, {"name": "STRASSE"}, {"name": "İzmir"}, {"name": "École"})
    ascii_only = engine.dialect.name == "sqlite"
    assert await names(every, {"name__contains": "strasse"}) == ["STRASSE"]
    assert await names(every, {"name__starts": "STRA"}) == ["Straße", "STRASSE"]
    assert await names(every, {"name__contains": "ß"}) == ["Straße"]
    assert await names(every, {"name__starts": "é"}) == ([] if ascii_only else ["École"])
    assert await names(every, {"name__starts": "É"}) == ["École"]
    assert await names(every, {"name__ends": "ZMIR"}) == ["İzmir"]
    assert await names(every, {"name__contains": "İ"}) == ["İzmir"]
    assert await names(every, "name=straße") == []


async def test_resource_11_ne_and_not_in_keep_records_without_a_value(every, names, store):
    await store(
        {"name": "one", "small": 1, "sold_at": datetime(2026, 1, 1, 12, tzinfo=UTC)},
        {"name": "two", "small": 2, "sold_at": datetime(2026, 1, 2, 12, tzinfo=UTC)},
        {"name": "none", "small": None},
    )
    assert await names(every, "small__ne=1") == ["two", "none"]
    assert await names(every, "small__not_in=1&small__not_in=2") == ["none"]
    assert await names(every, "small__lt=2") == ["one"]
    assert await names(every, "small__gte=1") == ["one", "two"]
    assert await names(every, "small__null=true&small__ne=1") == ["none"]
    assert await names(every, "small__null=false") == ["one", "two"]
    assert await names(every, "sold_at__ne=2026-01-01") == ["two", "none"]
    assert await names(every, "sold_at__not_in=2026-01-01") == ["two", "none"]
    assert await names(every, "name__ne=one") == ["two", "none"]


async def test_resource_12_in_takes_many_values_and_each_once(every, names, store):
    await store(*({"name": str(number), "stock": number} for number in (1, 2, 3)))
    hundred = [("stock__in", str(number)) for number in range(2, 102)]
    assert await names(every, hundred[:1]) == ["2"]
    assert await names(every, hundred) == ["2", "3"]
    with pytest.raises(InvalidCriteria, match="at most 100 values") as caught:
        every.parse([*hundred, ("stock__in", "1")])
    assert [fault.code for fault in caught.value.faults] == ["too_many"]
    assert await names(every, hundred + hundred) == ["2", "3"]
    assert every.parse("stock__in=3&stock__in=1&stock__in=3").filters == {"stock__in": (3, 1)}
    with pytest.raises(InvalidCriteria, match="integer") as caught:
        every.parse("stock__in=1&stock__in=x&stock__in=3")
    assert [(it.pointer, it.code) for it in caught.value.faults] == [("/stock__in/1", "integer")]


DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
# Clocks in Berlin go forward on 29 March and back on 25 October.
DAYS = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1)]


@pytest.mark.parametrize("column", [Product.sold_at, Product.seen_at])
async def test_resource_14_a_day_is_compared_as_a_whole_in_the_zone_of_the_filter_set(
    column, names, store
):
    berlin = ZoneInfo("Europe/Berlin")
    every = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in")
    allow = FilterSet(Product, Filter(column, *every), timezone=berlin, **ORDER)
    rows = {}
    for day in DAYS:
        start = datetime(day.year, day.month, day.day, tzinfo=berlin).astimezone(UTC)
        after = day + DAY
        end = datetime(after.year, after.month, after.day, tzinfo=berlin).astimezone(UTC)
        moments = {"before": start - MICROSECOND, "start": start, "last": end - MICROSECOND}
        rows |= {f"{day} {name}": at for name, at in (moments | {"after": end}).items()}
    stored = [{"name": name, column.key: at} for name, at in rows.items()]
    await store(*stored, {"name": "never", column.key: None})
    for day in DAYS:
        start, last = rows[f"{day} start"], rows[f"{day} last"]
        within = [name for name, at in rows.items() if start <= at <= last]
        outside = [name for name in rows if name not in within]
        before = [name for name, at in rows.items() if at < start]
        after = [name for name, at in rows.items() if at > last]
        expected = {
            "": within,
            "__ne": [*outside, "never"],
            "__lt": before,
            "__lte": [name for name in rows if name not in after],
            "__gt": after,
            "__gte": [name for name in rows if name not in before],
            "__in": within,
            "__not_in": [*outside, "never"],
        }
        for suffix, shown in expected.items():
            assert await names(allow, {f"{column.key}{suffix}": str(day)}) == shown


async def test_resource_14_days_and_points_in_time_mix_in_one_list(names, store):
    allow = FilterSet(Product, Filter(Product.sold_at, "in", "not_in"), **ORDER)
    moments = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
    await store(*({"name": str(at.day), "sold_at": at} for at in moments))
    params = [("sold_at__in", "2026-01-01"), ("sold_at__in", "2026-01-03T14:00:00+02:00")]
    assert await names(allow, params) == ["1", "3"]
    away = [("sold_at__not_in", value) for _, value in params]
    assert await names(allow, away) == ["2"]


@pytest.mark.parametrize("name", ["sold_at", "seen_at", "local_at"])
async def test_resource_15_a_time_is_the_same_in_every_offset(every, names, store, name):
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    local = noon.replace(tzinfo=None)
    await store({"name": "noon", "sold_at": noon, "seen_at": noon, "local_at": local})
    for text in ("2026-01-01T12:00:00Z", "2026-01-01T14:00:00+02:00", "2026-01-01t07:00-05:00"):
        assert await names(every, [(name, text)]) == ["noon"]
        assert await names(every, [(f"{name}__lt", text)]) == []
        assert await names(every, [(f"{name}__lte", text)]) == ["noon"]
        assert await names(every, [(f"{name}__ne", text)]) == []


async def test_each_kind_of_column_is_compared_on_both_databases(every, names, store):
    code = UUID("0190c5a1-7b7c-7d7e-8f80-0123456789ab")
    await store(
        {
            "name": "a",
            "price": Decimal("0.10"),
            "amount": Decimal("2.5"),
            "big": 2**63 - 1,
            "weight": 1.5,
            "ratio": 0.25,
            "active": False,
            "status": Status.GONE,
            "grade": Grade.WORST,
            "code": code,
            "level": "high",
            "token": str(code),
            "made_on": date(2026, 1, 31),
            "opens": time(9, 30),
        },
        {"name": "b", "price": Decimal("9.99"), "big": -(2**63)},
    )
    found = {
        "price": "0.1",
        "price__lt": "9.99",
        "amount__gte": "2.5",
        "big": str(2**63 - 1),
        "weight__gt": "1.25",
        "ratio__lte": "0.25",
        "active": "false",
        "status": "gone, & not 100%",
        "status__in": "gone, & not 100%",
        "grade": "6",
        "code": str(code).upper(),
        "level__in": "high",
        "token": str(code).upper(),
        "made_on__lte": "2026-01-31",
        "opens__gt": "09:29:59.999999",
        "opens__in": "09:30",
    }
    for name, text in found.items():
        assert await names(every, {name: text}) == ["a"]
    others = {"amount__ne": "2.5", "status__ne": "on sale", "grade__ne": "6", "opens__ne": "09:30"}
    others |= {"level__not_in": "high", "made_on__ne": "2026-01-31", "code__not_in": str(code)}
    for name, text in others.items():
        assert "b" in await names(every, {name: text})
    for name in ("amount", "status", "grade", "opens", "level", "made_on", "code", "token"):
        assert await names(every, {f"{name}__null": "true"}) == ["b"]


async def test_resource_7_an_enum_matches_the_member_with_the_value(every, names, store):
    await store({"name": "gone", "status": Status.GONE}, {"name": "sale", "status": Status.ON_SALE})
    assert await names(every, {"status": "on sale"}) == ["sale"]
    assert await names(every, {"status__not_in": ["on sale"]}) == ["gone"]
