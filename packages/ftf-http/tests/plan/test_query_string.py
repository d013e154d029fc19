"""Query strings are read as Starlette reads them, and texts of a route are only data."""

import inspect
from typing import Annotated

from fastapi import Cookie, Header, Path, Query
from fastapi.datastructures import QueryParams
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ftf.http.plan.reading._sources import Named, in_query  # noqa: PLC2701  # the subject


async def test_path_11_the_order_of_values_is_fastapi_s(same):
    def build(app) -> None:
        async def show(**values: object) -> list[str]:
            return [f"{name}={value}" for name, value in values.items()]

        parameters = {
            "late": Annotated[str, Cookie()],
            "token": Annotated[str, Header()],
            "first": int,
            "second": int,
            "place": str,
        }
        defaults = {"first": 1, "late": "none"}
        show.__signature__ = inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    annotation=annotation,
                    default=defaults.get(name, inspect.Parameter.empty),
                )
                for name, annotation in parameters.items()
            ]
        )
        app.get("/{place}")(show)

    await same(build, ("GET", "/here?second=2", {"headers": {"token": "t"}}))


def read(query: bytes) -> dict[str, object]:
    names = ["a", "b", "", "a b", "ä", "\x00"]
    parameters = [Named(f"{name} {all_}", name, all_) for name in names for all_ in (True, False)]
    raw: dict[str, object] = {}
    in_query(parameters)({"query_string": query}, raw)
    return raw


def expected(query: bytes) -> dict[str, object]:
    found = QueryParams(query)
    values: dict[str, object] = {}
    for name in ["a", "b", "", "a b", "ä", "\x00"]:
        if name in found:
            values |= {f"{name} True": found.getlist(name), f"{name} False": found[name]}
    return values


@settings(max_examples=100, deadline=None, derandomize=True)
@example([b"a=1&&a=2&=3&b&a b=4"])
@example([b"a+b=1%20&%61=%FF&\xe4=1;b=2"])
@given(st.lists(st.sampled_from([b"a", b"b", b"=", b"&", b"%", b"+", b" ", b";", b"61", b"\xe4"])))
def test_path_10_a_query_string_is_read_like_starlette_does(parts):
    query = b"".join(parts)
    assert read(query) == expected(query)


async def test_path_20_texts_of_a_route_are_only_data(same):
    def build(app) -> None:
        @app.get("/{number}", name="x'''); raise SystemExit  #", summary='"""', tags=["\n"])
        async def show(
            number: Annotated[int, Path(description="'''\n\\")],
            q: Annotated[str, Query(alias="q']; import os #", title="{}{0}%s")] = "'\"\n{}",
        ) -> list[object]:
            "'''\"); raise SystemExit"
            return [number, q]

    answers = await same(
        build, ("GET", "/3"), ("GET", "/3", {"params": {"q']; import os #": "value"}})
    )
    assert [answer.json() for answer in answers] == [[3, "'\"\n{}"], [3, "value"]]
