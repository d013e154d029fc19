"""What the fields of a job can be, and how they are stored."""

import json
from dataclasses import dataclass, field, make_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, auto
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import pytest

from ftf.container import Container
from ftf.container.jobs import Job, JobRegistry, UnreadableJob, UnwritableJob, UnwritableType

Key = NewType("Key", int)
type Name = str
NOON = datetime(2026, 3, 29, 12, tzinfo=timezone(timedelta(hours=2)))


class Thing:
    """A class of jobs with one field of some type, and how its jobs are stored."""

    def __init__(self, hint: object) -> None:
        def handle(self) -> None: ...

        fields = [("field", hint)]
        options = {"bases": (Job,), "namespace": {"handle": handle}, "frozen": True}
        self.job = make_dataclass("Thing", fields, **options)
        registry = JobRegistry.of(Container())
        registry.register(self.job)
        self.registered = registry.find("Thing")

    def write(self, value: object) -> object:
        return self.registered.form.write(self.job(value), "Thing")

    def read(self, stored: object) -> object:
        return self.registered.read(stored).field


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class Line:
    price: Decimal
    note: str | None = None


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (str, "Zoë\x00"),
        (int, -3),
        (float, 1.5),
        (float, 2),
        (bool, True),
        (None | str, None),
        (str | None, "a"),
        (Decimal, Decimal("1.10")),
        (date, date(2026, 3, 29)),
        (datetime, NOON),
        (timedelta, timedelta(days=-1, microseconds=1)),
        (UUID, UUID(int=7)),
        (Colour, Colour.RED),
        (bytes, b"\xff\x00"),
        (list[int], [1, 2]),
        (set[Colour], {Colour.RED}),
        (frozenset[str], frozenset("ab")),
        (tuple[int, ...], (1, 2, 3)),
        (tuple[int, str], (1, "a")),
        (dict[str, int], {"a": 1}),
        (dict[UUID, list[date]], {UUID(int=7): [date(2026, 3, 29)]}),
        (int | str, "1"),
        (int | str, 1),
        (Line | Colour | None, Line(Decimal(1))),
        (Line | Colour | None, None),
        (Literal["a", 1], 1),
        (Key, Key(3)),
        (Name, "a"),
        (Annotated[int, "seconds"], 3),
        (list[Line], [Line(Decimal("1.10"), "red"), Line(Decimal(0))]),
    ],
)
def test_job_44_a_value_is_stored_as_json_and_read_back(hint, value):
    thing = Thing(hint)
    stored = json.loads(json.dumps(thing.write(value), allow_nan=False))
    assert thing.read(stored) == value
    assert type(thing.read(stored)) is (float if hint is float else type(value))


@pytest.mark.parametrize(
    "hint", [object, Any, list[object], complex, type, dict[str, Line | object]]
)
def test_job_44_a_type_that_cannot_be_stored_is_refused_with_its_field(hint):
    with pytest.raises(UnwritableType, match=r"Thing\.field.*pass the key"):
        Thing(hint)


def test_job_44_members_of_a_union_with_the_same_name_are_refused():
    other = dataclass(frozen=True)(type("Line", (), {"__annotations__": {}}))
    with pytest.raises(UnwritableType, match="whose members have the same name"):
        Thing(Line | other)


@pytest.mark.parametrize(
    ("hint", "value", "problem"),
    [
        (datetime, datetime(2026, 3, 29), "has no time zone"),  # noqa: DTZ001  # the subject
        (date, datetime(2026, 3, 29, tzinfo=UTC), "is a datetime"),
        (float, float("nan"), "JSON does not know"),
        (float, "1", "not of the type float"),
        (int, True, "not of the type int"),
        (int, "1", "not of the type int"),
        (str, "\ud800", "lone surrogate"),
        (str, 1, "not of the type str"),
        (bool, 1, "not of the type bool"),
        (list[int], (1, 2), "not of the type list"),
        (list[int], [1, "2"], r"field\[1\]"),
        (tuple[int, str], (1,), "does not have 2 items"),
        (dict[str, int], {"a": "b"}, r"field\['a'\]\[1\]"),
        (int | str, 1.5, "none of int, str"),
        (Literal["a"], "b", "none of"),
        (Line, "line", "not of the type Line"),
        (Line, Line("1"), r"field\.price"),
        (Colour, 1, "not of the type Colour"),
    ],
)
def test_job_44_a_value_that_does_not_fit_is_refused_with_its_field(hint, value, problem):
    with pytest.raises(UnwritableJob, match=problem) as caught:
        Thing(hint).write(value)
    assert caught.value.field.startswith("Thing.field")


@pytest.mark.parametrize(
    ("hint", "stored"),
    [
        (str, 1),
        (int, True),
        (int, "1"),
        (bool, 1),
        (Decimal, "one"),
        (date, "yesterday"),
        (UUID, "7"),
        (bytes, "*"),
        (float, "1.5"),
        (list[int], "12"),
        (list[int], ["1"]),
        (tuple[int, str], [1]),
        (dict[str, int], {"a": 1}),
        (int | str, 1),
        (int | str, {"type": "float", "value": 1}),
        (Literal["a"], "b"),
        (Literal["a"], 3),
        (Line, []),
        (Line, {}),
        (Line, {"price": 1}),
        (Colour, "BLUE"),
        (Colour, 1),
    ],
)
def test_job_45_what_is_stored_and_does_not_fit_is_an_error_with_its_field(hint, stored):
    with pytest.raises(UnreadableJob, match=r"Thing\.field"):
        Thing(hint).read({"field": stored})


def test_job_45_fields_may_come_and_go():
    @dataclass(frozen=True)
    class Now:
        kept: int
        added: str = "default"
        made: list[int] = field(default_factory=list)
        computed: int = field(init=False, default=3)

    thing = Thing(Now)
    assert thing.read({"field": {"kept": 1, "removed": 2}}) == Now(1)
    assert thing.write(Now(1, "a")) == {"field": {"kept": 1, "added": "a", "made": []}}
    with pytest.raises(UnreadableJob, match=r"field\.kept is not stored, and has no default"):
        thing.read({"field": {"added": "a"}})


def test_a_long_value_is_shortened_in_the_error():
    with pytest.raises(UnwritableJob, match=r"aaa\.\.\., which"):
        Thing(int).write("a" * 100)


@dataclass(frozen=True)
class Line:
    price: int


@dataclass(frozen=True)
class Gift(Line):
    text: str = ""


@dataclass(frozen=True)
class Tree:
    branches: "list[Tree]"


class Right(Flag):
    READ = auto()
    WRITE = auto()


@pytest.mark.parametrize(
    ("hint", "value", "problem"),
    [
        (Line, Gift(3, "tea"), "which is a Gift: annotate the field with it"),
        (Right, Right.READ | Right.WRITE, "which is a combination and not a member"),
        (Literal["a"], ["a"], "which is none of"),
        (Literal[1], True, "which is none of"),
        (float, 10**400, "which is too large for a float"),
    ],
)
def test_a_value_that_would_not_come_back_is_refused(hint, value, problem):
    with pytest.raises(UnwritableJob, match=problem):
        Thing(hint).write(value)


def test_an_instance_of_a_subclass_is_stored_as_its_own_member_of_a_union():
    thing, gift = Thing(Line | Gift), Gift(3, "tea")
    assert thing.read(thing.write(gift)) == gift


def test_a_type_that_contains_itself_is_refused():
    with pytest.raises(UnwritableType, match="which contains itself"):
        Thing(Tree)


def test_a_duration_that_is_too_long_is_refused():
    with pytest.raises(UnreadableJob, match="which is not a timedelta"):
        Thing(timedelta).read({"field": 10**40})
