"""Parameters: a plan reads them from the ASGI scope, and FastAPI gives the same values."""

import datetime as dt
import inspect
import re
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import pytest
from annotated_types import Len
from fastapi import Cookie, Header, Path, Query
from fastapi.dependencies.utils import get_dependant
from pydantic import AfterValidator, AliasChoices, BaseModel, Json, ValidationError

from ftf.http import FastTrackFramework
from ftf.http.plan.reading import _fields  # noqa: PLC2701  # the subject
from ftf.http.plan.reading._validation import adapter_of  # noqa: PLC2701  # the subject

type UserId = int


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Filters(BaseModel):
    page: int = 1


def echo(annotation: Any, default: Any = inspect.Parameter.empty, name: str = "value"):
    """An application with one parameter, whose value it returns."""

    def build(app) -> None:
        async def show(**values: object) -> list[str]:
            return [repr(value) for value in values.values()]

        kind = inspect.Parameter.KEYWORD_ONLY
        parameter = inspect.Parameter(name, kind, annotation=annotation, default=default)
        show.__signature__ = inspect.Signature([parameter])
        app.get("/{place}" if name == "place" else "/")(show)

    return build


def asked(*queries: str, **options: object) -> list[tuple[object, ...]]:
    return [("GET", f"/?{query}", options) for query in queries]


QUERIES = ["", "value", "value=", "value=3", "value=x", "value=1&value=2", "VALUE=1", "other=1"]


KINDS = {
    "int": int,
    "text": str,
    "optional": int | None,
    "boolean": bool,
    "list": Annotated[list[int], Query()],
    "optional list": Annotated[list[int] | None, Query()],
    "set": Annotated[set[str], Query()],
    "tuple": Annotated[tuple[int, int], Query()],
    "bounded": Annotated[int, Query(ge=2, le=5)],
    "strict": Annotated[int, Query(strict=True)],
    "pattern": Annotated[str, Query(pattern="^[0-9]$", max_length=1)],
    "long list": Annotated[list[str], Len(2), Query()],
    "alias": Annotated[int, Query(alias="VALUE")],
    "validation alias": Annotated[int, Query(alias="other", validation_alias="value")],
    "literal": Literal["3", "x"],
    "union": int | str,
    "anything": Any,
    "deprecated": Annotated[int, Query(deprecated=True)],
    "hidden": Annotated[int, Query(include_in_schema=False)],
    "own validator": Annotated[int, AfterValidator(lambda value: value + 1)],
    "time": dt.timedelta,
    "optional bounded": Annotated[int, Query(ge=2)] | None,
}


@pytest.mark.parametrize("kind", KINDS)
async def test_path_10_a_query_parameter_has_fastapi_s_value(same, kind):
    await same(echo(KINDS[kind]), *asked(*QUERIES))


@pytest.mark.parametrize(
    ("annotation", "default"),
    [
        (int, 7),
        (int | None, None),
        (str, ""),
        (bool, True),
        (Colour, Colour.RED),
        (Annotated[list[int], Query()], [1]),
        (Annotated[list[int], Query()], ()),
        (Annotated[list[int] | None, Query()], None),
        (Annotated[int, Query(default_factory=lambda: 3)], inspect.Parameter.empty),
        (Annotated[list[int], Query(default_factory=list)], inspect.Parameter.empty),
        (Annotated[float, Query(gt=0)], 0.5),
        (int, "many"),
    ],
)
async def test_path_10_a_missing_parameter_has_its_default(same, annotation, default):
    is_odd = default in {(), "many"} if default.__hash__ else False
    ways = {"the default of 'value' is not of its type"} if is_odd else {"compiled"}
    await same(echo(annotation, default), *asked(*QUERIES), ways=ways)


async def test_path_10_a_mutable_default_is_new_for_each_request(same):
    def build(app) -> None:
        @app.get("/")
        async def show(tags: Annotated[list[str], Query()] = ["a"]) -> list[str]:  # noqa: B006
            tags.append("b")
            return tags

    answers = await same(build, *asked("", "tags=c"))
    assert [answer.json() for answer in answers] == [["a", "b"], ["c", "b"]]


async def test_path_10_a_default_is_made_once_for_each_valid_request(serve):
    app, made = FastTrackFramework(), []

    def number() -> int:
        made.append(1)
        return len(made)

    @app.get("/")
    async def show(page: int, number: Annotated[int, Query(default_factory=number)]) -> int:
        return number

    async with serve(app) as client:
        assert (await client.get("/?page=1")).json() == 1
        assert (await client.get("/?page=1&number=7")).json() == 7
        assert (await client.get("/?page=1")).json() == 2


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        (Annotated[Filters, Query()], "'value' is neither one value nor a list of values"),
        (Annotated[Json[list[int]], Query()], "'value' is neither one value nor a list of values"),
        (
            Annotated[list[int] | int, Query()],
            "'value' is neither one value nor a list of values",
        ),
        (
            Annotated[int, Query(validation_alias=AliasChoices("value", "VALUE"))],
            "'value' has several names",
        ),
        (
            Annotated[list[str], Cookie()],
            "a cookie has one value, and a parameter takes several",
        ),
        (Annotated[str, Header(alias="☃")], "no header is called '☃'"),
    ],
)
async def test_path_10_what_fastapi_reads_in_its_own_way_is_left_to_it(same, annotation, reason):
    queries = QUERIES if "☃" not in reason else []
    await same(echo(annotation), *asked(*queries), ways={reason})


async def test_path_10_a_default_that_is_validated_is_left_to_fastapi(same):
    annotation = Annotated[int, Query(validate_default=True)]
    reason = "the default of 'value' is validated"
    await same(echo(annotation, "3"), *asked(*QUERIES), ways={reason})


async def test_path_10_parameters_without_a_common_validator_are_left_to_fastapi(same, monkeypatch):
    class Refusing:
        def __init__(self, _: object) -> None:
            raise _fields.SchemaError("two definitions of one type")

    monkeypatch.setattr(_fields, "SchemaValidator", Refusing)
    await same(echo(int), *asked("value=3"), ways={"its parameters have no common validator"})


@pytest.mark.parametrize(
    ("annotation", "headers"),
    [
        (Annotated[str, Header()], {"value": "ä"}),
        (Annotated[str | None, Header()], {}),
        (Annotated[list[str], Header()], [("value", "a"), ("value", "b")]),
        (Annotated[str, Header()], [("value", "a"), ("value", "b")]),
        (Annotated[str, Header(alias="X-Token")], {"x-token": "t"}),
        (Annotated[int, Cookie()], {"cookie": 'value="3"; other=4'}),
        (Annotated[int, Cookie()], [("cookie", "value=1"), ("cookie", "value=2")]),
        (Annotated[str | None, Cookie()], {"cookie": "value="}),
        (Annotated[str, Cookie()], {}),
    ],
)
async def test_path_10_headers_and_cookies_have_fastapi_s_values(same, annotation, headers):
    headers = headers.items() if isinstance(headers, dict) else headers
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    await same(echo(annotation), *asked("", headers=raw))


async def test_path_10_underscores_of_headers_are_hyphens(same):
    def build(app) -> None:
        @app.get("/")
        async def show(
            x_one: Annotated[str, Header()],
            x_two: Annotated[str, Header(convert_underscores=False)] = "none",
        ) -> list[str]:
            return [x_one, x_two]

    await same(build, *asked("", headers={"x-one": "1", "x_two": "2"}))


@pytest.mark.parametrize("kind", [int, str, float, UUID, Colour, dt.date, Literal["a"]])
async def test_path_10_a_path_parameter_has_fastapi_s_value(same, kind):
    places = ["3", "x", "red", "2026-01-01", "a", str(uuid4()), "%C3%A4", "a%20b"]
    await same(echo(kind, name="place"), *[("GET", f"/{place}") for place in places])


async def test_path_10_a_convertor_s_value_is_the_parameter(same):
    def build(app) -> None:
        @app.get("/{number:int}/{rest:path}")
        async def show(number: Annotated[int, Path(gt=1)], rest: str) -> list[object]:
            return [number, rest]

    await same(build, ("GET", "/2/a/b"), ("GET", "/1/a"), ("GET", "/x/a"))


async def test_path_10_a_type_alias_has_fastapi_s_value(same):
    await same(echo(UserId), *asked(*QUERIES), ways=None)  # older FastAPI keeps the alias


async def test_path_10_several_mutable_defaults(same):
    def build(app) -> None:
        @app.get("/")
        async def show(
            one: Annotated[list[int], Query(default_factory=list)],
            q: int = 1,
            two: Annotated[list[int], Query()] = [2],  # noqa: B006
        ) -> list[list[int]]:
            return [one, two]

    await same(build, *asked("", "one=3", "two=4", "one=3&two=4"))


async def test_path_10_a_path_parameter_may_be_absent(same):
    def build(app) -> None:
        async def show(number: Annotated[int, Path()]) -> int:
            return number

        app.get("/{number}")(show)
        (route,) = [route for route in app.routes if getattr(route, "path", "") == "/{number}"]
        route.path_regex = re.compile("^/.*$")

    await same(build, ("GET", "/3"))


def test_the_common_validator_is_fastapi_s_for_each_field():
    def show(
        bounded: Annotated[int, Query(ge=1, multiple_of=2)],
        named: Annotated[list[Annotated[str, Len(1)]], Query(alias="n", max_length=3)],
        either: int | Literal["x"] | None = None,
        colour: Colour = Colour.RED,
    ) -> None: ...

    dependant = get_dependant(path="/", call=show)
    for field in dependant.query_params:
        adapter = adapter_of(field)
        for value in ("1", "2", "x", "red", ["a"], [""], ["a"] * 4, "", 3, None, 4.0, True, {}):
            found, errors = None, []
            try:
                found = adapter.validator.validate_python(value, from_attributes=True)
            except ValidationError as error:
                errors = error.errors(include_url=False)
            expected, faults = field.validate(value, loc=())
            assert (expected, faults or []) == (found, errors)
