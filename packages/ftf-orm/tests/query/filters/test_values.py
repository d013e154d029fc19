"""Values of a query string: each kind is read strictly."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from shop import Grade, Product, Status

from ftf.orm import CustomFilter, Filter, FilterSet, InvalidCriteria

CODE = "0190c5a1-7b7c-7d7e-8f80-0123456789ab"


def codes(allow: FilterSet[Product], *pairs: tuple[str, str]) -> list[str]:
    with pytest.raises(InvalidCriteria, match=r"must|has") as caught:
        allow.parse(pairs)
    return [fault.code for fault in caught.value.faults]


@pytest.mark.parametrize(
    "text",
    ["", "007", "+7", "1_0", "\uff11\uff12", "1e3", " 7", "7 ", "-0", "0x7", "9" * 5_000, "1.0"],
)
@pytest.mark.parametrize("name", ["stock", "small", "big"])
def test_resource_4_what_is_not_an_integer_in_digits_is_a_fault(every, name, text):
    assert codes(every, (name, text)) == ["integer"]


@pytest.mark.parametrize(("name", "bits"), [("small", 16), ("stock", 32), ("big", 64)])
def test_resource_4_an_integer_has_the_width_of_its_column(every, name, bits):
    most = 2 ** (bits - 1) - 1
    for value in (most, -most - 1, 0):
        assert every.parse({name: str(value)}).filters == {name: value}
    for value in (most + 1, -most - 2):
        assert codes(every, (name, str(value))) == ["out_of_range"]
    with pytest.raises(InvalidCriteria, match="must be from") as caught:
        every.parse({name: str(most + 1)})
    assert caught.value.faults[0].params == {"minimum": -most - 1, "maximum": most}


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-inf", "1e400", ".5", "5.", "1,5", "", "--1", "01", "٣"]
)
@pytest.mark.parametrize("name", ["price", "amount", "weight__gte", "ratio__gte"])
def test_resource_5_what_is_not_a_plain_decimal_number_is_a_fault(every, name, text):
    assert codes(every, (name, text)) == ["decimal"]


def test_resource_5_a_decimal_number_has_the_digits_of_its_column(every):
    assert codes(every, ("price", "1" * 60)) == ["out_of_range"]
    assert codes(every, ("amount", "1" * 60)) == ["out_of_range"]
    assert codes(every, ("amount", f"1.{'1' * 60}")) == ["out_of_range"]
    assert codes(every, ("price", "100000000")) == ["out_of_range"]
    assert codes(every, ("price", "1.005")) == ["decimal_places"]
    assert codes(every, ("ratio__gte", "10000")) == ["out_of_range"]
    assert codes(every, ("ratio__gte", "0.12345")) == ["decimal_places"]
    assert every.parse("price=-99999999.99").filters == {"price": Decimal("-99999999.99")}
    assert every.parse("price=0.1000").filters == {"price": Decimal("0.1")}
    assert every.parse("weight__lt=0.25&ratio__gt=2").filters == {
        "weight__lt": 0.25,
        "ratio__gt": 2.0,
    }


@pytest.mark.parametrize("text", ["yes", "TRUE", "", "on", "2", "None"])
def test_resource_6_a_truth_value_is_true_or_false(every, text):
    assert codes(every, ("active", text)) == ["boolean"]
    assert every.parse("active=1").filters == every.parse("active=true").filters
    assert every.parse("active=0").filters == every.parse("active=false").filters


@pytest.mark.parametrize(
    "text", ["", f"{{{CODE}}}", f"urn:uuid:{CODE}", CODE.replace("-", ""), "x"]
)
def test_resource_6_a_uuid_has_36_characters(every, text):
    assert codes(every, ("code", text)) == ["uuid"]
    assert every.parse({"code": CODE.upper()}).filters == {"code": UUID(CODE)}


@pytest.mark.parametrize("text", ["GONE", "ON_SALE", "On sale", "", "Status.GONE"])
def test_resource_7_an_enum_is_named_by_its_value_and_a_fault_lists_them(every, text):
    with pytest.raises(InvalidCriteria, match="one of the allowed values") as caught:
        every.parse({"status": text})
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.code) == ("/status", "enum")
    assert codes(every, ("level", "HIGH")) == ["enum"]
    assert fault.allowed == ("on sale", "gone, & not 100%")


def test_resource_7_values_with_marks_of_query_strings_round_trip(every):
    found = every.parse(f"status={quote('gone, & not 100%')}&grade=6&name={quote('a,&%=+ b')}")
    assert found.filters == {"status": Status.GONE, "grade": Grade.WORST, "name": "a,&%=+ b"}


def test_resource_8_an_empty_text_is_a_text_and_nothing_else(every):
    assert every.parse("name=").filters == {"name": ""}
    for name in ("price__gte", "stock", "made_on", "opens", "sold_at", "weight__lt", "grade"):
        assert len(codes(every, (name, ""))) == 1


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "a\udfff"])
@pytest.mark.parametrize("name", ["name", "name__contains", "name__in", "q", "sku__starts"])
def test_resource_16_characters_that_no_database_stores_are_a_fault(every, name, text):
    assert codes(every, (name, text)) == ["characters"]


def test_resource_16_bytes_that_are_not_utf_8_are_a_fault(every):
    with pytest.raises(InvalidCriteria, match="surrogate"):
        every.parse("name=%ED%A0%80")
    assert every.parse("name=%F0%9F%8D%B5").filters == {"name": "\U0001f375"}


def test_a_text_is_at_most_as_long_as_its_column(every):
    assert codes(every, ("sku", "x" * 21)) == ["too_long"]
    assert every.parse({"sku": "x" * 20}).filters == {"sku": "x" * 20}
    assert codes(every, ("q", "x" * 201)) == ["too_long"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-02-30", "date"),
        ("2024-2-3", "date"),
        ("20240203", "date"),
        ("0000-01-01", "date"),
        ("2024-02-03T00:00:00", "no_offset"),
        ("2024-02-03T24:00Z", "time"),
        ("2024-02-03T23:59:60Z", "time"),
        ("2024-02-30T00:00Z", "time"),
        ("2024-02-03T00:00:00.1234567Z", "time"),
        ("2024-02-03T00Z", "time"),
        ("2024-02-03 00:00:00Z", "time"),
        ("2024-02-03T00:00+0200", "time"),
        ("2024-02-03T00:00+25:00", "time"),
        ("1706918400", "date"),
        ("now", "date"),
        ("", "date"),
    ],
)
def test_resource_14_what_is_not_a_time_or_a_day_is_a_fault(every, text, code):
    assert codes(every, ("sold_at", text)) == [code]
    assert codes(every, ("local_at__lt", text)) == [code]


def test_resource_14_days_and_times_at_both_ends_of_the_calendar(every):
    for text in ("9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"):
        assert codes(every, ("sold_at", text)) == ["out_of_range"]
    every.parse("sold_at=0001-01-01")
    every.parse({"sold_at": "9999-12-31T23:59:59.999999Z"})
    assert every.parse("made_on=9999-12-31").filters == {"made_on": date(9999, 12, 31)}
    east = FilterSet(Product, Filter(Product.sold_at), timezone=ZoneInfo("Asia/Tokyo"))
    assert codes(east, ("sold_at", "0001-01-01")) == ["out_of_range"]
    east.parse("sold_at=9999-12-30")


def test_resource_15_the_plus_of_an_offset_is_encoded(every):
    assert codes(every, ("sold_at__gte", "2026-01-01T00:00:00 02:00")) == ["lost_plus"]
    with pytest.raises(InvalidCriteria, match="write %2B"):
        every.parse("sold_at__gte=2026-01-01T00:00:00+02:00")
    expected = datetime(2025, 12, 31, 22, tzinfo=UTC)
    for text in ("2026-01-01T00:00:00%2B02:00", "2025-12-31t22:00z", "2025-12-31T22:00:00.0Z"):
        assert every.parse(f"sold_at__gte={text}").filters == {"sold_at__gte": expected}
    assert codes(every, ("sold_at__gte", "2026-01-01T00:00:00")) == ["no_offset"]


def test_a_column_without_a_time_zone_has_times_of_the_zone_of_the_filter_set():
    local = FilterSet(Product, Filter(Product.local_at), timezone=ZoneInfo("Asia/Tokyo"))
    found = local.parse("local_at=2026-01-01T00:00:00Z").filters
    assert found == {"local_at": datetime(2026, 1, 1, 9, tzinfo=UTC).replace(tzinfo=None)}


@pytest.mark.parametrize(
    "text", ["24:00", "9:30", "09:30:60", "09:30Z", "09", "", "09:30:15.1234567"]
)
def test_a_time_of_day_is_strict_too(every, text):
    assert codes(every, ("opens__gte", text)) == ["time_of_day"]
    assert every.parse("opens=09:30:15.25").filters == {"opens": time(9, 30, 15, 250_000)}


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (bool, "true", True),
        (int, "9223372036854775807", 2**63 - 1),
        (float, "1.5", 1.5),
        (Decimal, "1.50", Decimal("1.50")),
        (str, "tea", "tea"),
        (UUID, CODE, UUID(CODE)),
        (date, "2026-01-31", date(2026, 1, 31)),
        (time, "09:30", time(9, 30)),
        (datetime, "2026-01-31T09:30Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        (Size, "l", Size.LARGE),
    ],
)
def test_resource_26_a_custom_filter_gets_the_parsed_value(kind, text, value):
    allow = FilterSet(Product, CustomFilter("asked", kind, lambda query, _: query))
    assert allow.parse({"asked": text}).filters == {"asked": value}


def test_resource_26_a_custom_filter_of_a_point_in_time_takes_no_day():
    allow = FilterSet(Product, CustomFilter("asked", datetime, lambda query, _: query))
    assert codes(allow, ("asked", "2026-01-31")) == ["time"]
