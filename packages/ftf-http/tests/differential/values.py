"""The types of parameters and bodies, with texts and JSON that are valid or wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    StrictInt,
    computed_field,
    field_serializer,
    field_validator,
)

ID: Final = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


class Colour(StrEnum):
    RED = "red"
    DEEP_BLUE = "deep blue"


class Size(Enum):
    SMALL = 1
    LARGE = 2


class Thing(BaseModel):
    name: str
    size: int = 1
    colour: Colour | None = Field(None, alias="color")
    tags: list[str] = []

    @computed_field
    def label(self) -> str:
        return f"{self.name}/{self.size}"


class Slim(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str = Field(serialization_alias="n")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    number: int
    ratio: float = 0.5


class Nested(BaseModel):
    thing: Thing
    more: dict[str, Thing] = {}
    when: datetime | None = None
    amount: Decimal = Decimal("1.50")
    chosen: Annotated[str, Field(validation_alias=AliasChoices("chosen", "pick"))] = "no"

    @field_serializer("amount")
    def write_amount(self, amount: Decimal) -> str:
        return f"{amount} EUR"

    @field_validator("chosen")
    @classmethod
    def check(cls, chosen: str) -> str:
        if chosen == "never":
            raise ValueError("never is no choice")
        return chosen


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    loud: bool


class Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    page: int = Field(1, ge=1)
    tags: list[str] = []
    order_by: Literal["name", "size"] = Field("name", alias="sort")


class Loose(BaseModel):
    page: int | None = None
    x_trace: list[str] = []
    colour: Colour = Colour.RED


class Plain(BaseModel):
    page: int = 1
    colour: Colour | None = None


def even(number: int) -> int:
    if number % 2:
        raise ValueError("is odd")
    return number


@dataclass(frozen=True)
class Kind:
    """A type, and what clients send for it.

    Args:
        annotation: The type.
        texts: What is sent in a path, query, header, cookie or form.
        bodies: What is sent in JSON, written by hand to have what `json.dumps` does not write.
        default: Returns the value of a parameter that has a default.
        several: Whether a parameter of this kind may be sent more than once.
    """

    annotation: Any
    texts: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    default: Callable[[], object] = lambda: None
    several: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "int": Kind(int, ("3", "-1", "0x1", "1e3", "\u0661", "1_0"), ("3", "3.0", '"3"'), lambda: 7),
    "even": Kind(
        Annotated[int, AfterValidator(even), Field(le=100)],
        ("2", "3", "102"),
        ("2", "3", "1e400"),
        lambda: 4,
    ),
    "float": Kind(float, ("1.5", "nan", "-inf", "1,5"), ("1.5", "NaN", "Infinity"), lambda: 0.5),
    "str": Kind(str, ("ä b", "a", "\x00", "a/b"), ('"a"', "3", r'"\ud800"', r'"\u0000"'), str),
    "short": Kind(
        Annotated[str, Field(min_length=1, max_length=3, pattern="^[a-c]*$")],
        ("abc", "abcd", "xyz"),
        ('"abc"', '""', '"x"'),
        lambda: "a",
    ),
    "bool": Kind(bool, ("true", "0", "yes", "2"), ("true", "0", '"off"', "null"), bool),
    "strict": Kind(StrictInt, (), ("3", '"3"', "3.0", "true"), lambda: 1),
    "firm": Kind(Annotated[str, Field(strict=True)], ("a",), ('"a"', "3"), lambda: "firm"),
    "maybe": Kind(int | None, ("3", "null", "None"), ("null", "3", "[]")),
    "either": Kind(int | bool | str, ("3", "true", "x"), ("3", "true", '"x"', "{}"), lambda: 1),
    "colour": Kind(Colour, ("red", "deep blue", "Red"), ('"red"', '"green"'), lambda: Colour.RED),
    "size": Kind(Size, ("1", "2", "3"), ("1", '"1"'), lambda: Size.SMALL),
    "literal": Kind(Literal["a", "b"], ("a", "c"), ('"a"', '"c"'), lambda: "b"),
    "uuid": Kind(UUID, (ID, ID.replace("-", ""), "3f25"), (f'"{ID}"', "1"), lambda: UUID(ID)),
    "date": Kind(date, ("2024-02-29", "2023-02-29", "0"), ('"2024-01-01"', "0"), date.min.replace),
    "span": Kind(timedelta, ("P1D", "3", "x"), ('"PT1H"', "60"), timedelta),
    "decimal": Kind(Decimal, ("1.10", "1e2", "NaN"), ("1.10", '"1.10"', "1e500"), Decimal),
    "json": Kind(Json[dict[str, int]], ('{"a": 1}', "{", "[]"), (r'"{\"a\": 1}"', "{}"), dict),
    "ints": Kind(list[int], ("1", "2", "x"), ("[1, 2]", '["x"]', "{}"), lambda: [1], several=True),
    "texts": Kind(set[str], ("a", "a"), ('["a", "a"]', '"a"'), set, several=True),
    "few": Kind(
        Annotated[list[Colour], Field(max_length=1)],
        ("red", "green"),
        ('["red", "red"]',),
        list,
        several=True,
    ),
    "some": Kind(list[str] | None, ("a", ""), ("null", "[]"), several=True),
    # Only in bodies.
    "thing": Kind(
        Thing,
        bodies=(
            '{"name": "n", "color": "red", "extra": 1}',
            '{"name": "a", "name": "b", "size": 2, "size": "3"}',
            '{"colour": "red", "size": null}',
            '{"name": "ä\\ud800", "tags": ["\\ud83d\\ude00"]}',
        ),
        default=lambda: Thing(name="default"),
    ),
    "stern": Kind(Strict, bodies=('{"number": 1}', '{"number": 1.0, "x": 1}', '{"number": "1"}')),
    "nested": Kind(
        Nested,
        bodies=(
            '{"thing": {"name": "n"}, "pick": "yes", "when": "2024-01-01T00:00:00Z"}',
            '{"thing": {"name": 1}, "more": {"a": {}, "b": 3}, "when": 1, "amount": "x"}',
            '{"thing": {"name": "n"}, "amount": NaN, "chosen": "never"}',
        ),
    ),
    "pet": Kind(
        Annotated[Cat | Dog, Field(discriminator="kind")],
        bodies=('{"kind": "cat"}', '{"kind": "dog"}', '{"kind": "cow"}', "{}"),
    ),
    "things": Kind(list[Thing], bodies=('[{"name": "n"}]', '[{"name": "n"}, 3, {}]', "[]")),
    "counts": Kind(
        dict[str, int], bodies=('{"a": 1}', '{"a": "x", "b": 2.5}', "null"), default=dict
    ),
    "anything": Kind(
        Any, bodies=('{"a": NaN}', "null", "[1, {}]", '"text"', "1e999", "{}", "-0.0")
    ),
    "bytes": Kind(bytes, ("raw",), ('"raw"', "1"), lambda: b"default"),
}
IN_PATH: Final = (
    "str",
    "int",
    "float",
    "uuid",
    "colour",
    "size",
    "date",
    "even",
    "literal",
    "bool",
)
SCALAR: Final = tuple(
    name for name, kind in KINDS.items() if kind.texts and not kind.several and name != "bytes"
)
IN_TEXT: Final = (*SCALAR, *(name for name, kind in KINDS.items() if kind.several))
IN_BODY: Final = tuple(KINDS)
MODELS: Final = (Filter, Loose, Plain)
