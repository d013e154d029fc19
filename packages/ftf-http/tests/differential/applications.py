"""Random descriptions of applications."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from differential.answers import ANSWERS, EFFECTS, HANDLERS
from differential.description import (
    Application,
    Dependency,
    Endpoint,
    Group,
    Need,
    Parameter,
    Place,
    Placed,
)
from differential.values import IN_BODY, IN_PATH, IN_TEXT, KINDS, MODELS, SCALAR
from hypothesis import strategies as st

type Draw = Callable[..., object]

PATHS: Final = (
    "/items",
    "/items/{a}",
    "/items/{a:int}",
    "/items/3",
    "/",
    "",
    "/{a}",
    "/{a:path}",
    "/files/{a:path}/tail",
    "/items/{a}/parts/{b}",
    "/items/{b:uuid}",
    "/{a:float}/x",
    "/items/",
    "/{a}-{b}",
    "/{a}.txt",
    "/ünïcode/{a}",
    "/items/{a:str}/",
)
METHODS: Final = (
    ("GET",),
    ("POST",),
    ("PUT",),
    ("DELETE",),
    ("PATCH",),
    ("GET", "POST"),
    ("HEAD",),
)
NAMES: Final = ("q", "page", "x_token", "tag", "Size")
ALIASES: Final = (None, None, "x-alias", "Q", "a b")
OPTIONS: Final[tuple[tuple[str, object], ...]] = (
    ("status_code", 201),
    ("status_code", 204),
    ("status_code", 304),
    ("status_code", 418),
    ("response_class", "text"),
    ("response_class", "json"),
    ("response_class", "shouting"),
    ("response_class", "stream"),
    ("response_model_include", ("name", "size")),
    ("response_model_exclude", ("label",)),
    ("response_model_by_alias", False),
    ("response_model_exclude_unset", True),
    ("response_model_exclude_defaults", True),
    ("response_model_exclude_none", True),
    ("include_in_schema", False),
    ("deprecated", True),
    ("operation_id", "own"),
)
# What handlers return, and what their routes say about it.
RETURNED: Final[tuple[tuple[str, str], ...]] = (
    ("thing", "model"),
    ("thing", "dict"),
    ("thing", "partial"),
    ("slim", "model"),
    ("slim", "dict"),
    ("things", "list"),
    ("nested", "nested"),
    ("number", "number"),
    ("none", "none"),
    ("none", "model"),
    ("either", "model"),
    ("maybe", "none"),
    ("dict", "dict"),
    ("any", "model"),
    ("text", "text"),
    ("text", "number"),
    ("stream", "items"),
    ("streams", "items"),
    ("thing", "number"),
)
# CORS is always added last: here it stands outermost, wherever it is added.
MIDDLEWARE: Final[tuple[tuple[str, ...], ...]] = (
    (),
    (),
    (),
    ("gzip", "cors"),
    ("http",),
    ("asgi",),
    ("cors",),
    ("http", "gzip"),
    ("asgi", "http", "gzip", "cors"),
)
SHAPES: Final = (*["async"] * 4, "def", "class", "object", "async yield", "yield")
KINDS_OF_GROUPS: Final = ("plain", *["router"] * 3, *["controller"] * 3, "plain", "picky", "loud")
_DEEPEST: Final = 2
WAYS: Final = (*["include"] * 6, "mount", "application", "host", "move")


@st.composite
def applications(draw: Draw) -> Application:
    dependencies: list[Dependency] = []
    for _ in range(draw(st.integers(0, 3))):
        dependencies.append(draw(_dependencies(len(dependencies))))
    return Application(
        draw(_groups(len(dependencies), _DEEPEST, ("plain",))),
        tuple(dependencies),
        draw(st.sampled_from(MIDDLEWARE)),
        tuple(draw(st.lists(st.sampled_from([*HANDLERS]), max_size=2, unique=True))),
        draw(st.sampled_from([None, None, None, "shouting"])),
        tuple(draw(st.lists(endpoints(len(dependencies)), max_size=1))),
    )


@st.composite
def endpoints(draw: Draw, dependencies: int) -> Endpoint:
    path = draw(st.sampled_from(PATHS))
    answer = draw(st.sampled_from([*["values"] * 16, *ANSWERS, "starlette"]))
    options = draw(st.lists(st.sampled_from(OPTIONS), max_size=2, unique_by=lambda o: o[0]))
    if draw(st.integers(0, 2)) == 2:
        returned, answer = draw(st.sampled_from(RETURNED))
        options.append((draw(st.sampled_from(["response_model", "returns"])), returned))
    special = answer in ANSWERS and ANSWERS[answer]
    return Endpoint(
        path,
        draw(st.sampled_from(METHODS)),
        (*_path_parameters(draw, path), *draw(_parameters(body=True))),
        draw(_needs(dependencies)),
        draw(_needs(dependencies, 1)),
        bool(special and special.only_async) or draw(st.integers(0, 5)) < 5,
        draw(st.booleans()),
        answer,
        tuple(options),
    )


def _path_parameters(draw: Draw, path: str) -> Sequence[Parameter]:
    """Declare most of the parameters of a path."""
    return [
        Parameter(name, "path", draw(st.sampled_from(IN_PATH)))
        for name in re.findall(r"{(\w+)", path)
        if draw(st.integers(0, 5))
    ]


@st.composite
def _parameters(draw: Draw, *, body: bool) -> tuple[Parameter, ...]:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
    sources = ["query", "query", "header", "cookie"]
    if body:
        sources.append(draw(st.sampled_from(["body", "body", "body", "form"])))
    found = [_parameter(draw, name, draw(st.sampled_from(sources))) for name in names]
    models = {each.source for each in found if each.kind in _MODELS}
    # FastAPI takes a model for a source only if no other parameter is read from it.
    alone = [
        each
        for each in found
        if each.source not in models
        or next(other for other in found if other.source == each.source) is each
    ]
    return tuple(sorted(alone, key=lambda each: each.default != "required"))


_MODELS: Final = tuple(model.__name__ for model in MODELS)
_OF_SOURCE: Final = {
    "query": (*IN_TEXT, *_MODELS),
    "header": (*IN_TEXT, *_MODELS),
    "cookie": (*SCALAR, "Plain"),
    "form": (*IN_TEXT, *_MODELS, "bytes"),
    "body": IN_BODY,
}


def _parameter(draw: Draw, name: str, source: str) -> Parameter:
    kind = draw(st.sampled_from(_OF_SOURCE[source]))
    if kind in _MODELS:
        return Parameter(name, source, kind)
    defaults = ["required", "none"]
    if KINDS[kind].default() is not None:
        defaults += ["value", "factory"]
    return Parameter(
        name,
        source,
        kind,
        draw(st.sampled_from(defaults)),
        draw(st.sampled_from(ALIASES)),
        draw(st.sampled_from(ALIASES)),
        draw(st.integers(0, 5)) == 5,
        draw(st.integers(0, 5)) < 5,
        draw(st.integers(0, 3)) == 3,
    )


@st.composite
def _dependencies(draw: Draw, number: int) -> Dependency:
    shape = draw(st.sampled_from(SHAPES))
    effect = draw(st.sampled_from([*EFFECTS]))
    with_body = draw(st.integers(0, 7)) == 7
    return Dependency(shape, draw(_parameters(body=with_body)), draw(_needs(number)), effect)


@st.composite
def _needs(draw: Draw, dependencies: int, most: int = 2) -> tuple[Need, ...]:
    if not dependencies:
        return ()
    return tuple(
        Need(
            draw(st.integers(0, dependencies - 1)),
            draw(st.integers(0, 3)) < 3,
            draw(st.sampled_from([None, None, None, "function", "request"])),
            draw(st.sampled_from([(), (), (), ("read",), ("write", "read")])),
        )
        for _ in range(draw(st.integers(0, most)))
    )


@st.composite
def _groups(
    draw: Draw, dependencies: int, depth: int, kinds: Sequence[str] = KINDS_OF_GROUPS
) -> Group:
    parts: list[Endpoint | Placed] = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.integers(0, 1)):
            group = draw(_groups(dependencies, depth - 1))
            # A parameter may be only once in a path.
            at = ["/at", "", "/v1", "/items", *(["/{tenant}"] if depth == _DEEPEST else [])]
            places = draw(st.lists(_places(dependencies, at), min_size=1, max_size=2))
            parts.append(Placed(group, tuple(places)))
        else:
            parts.append(draw(endpoints(dependencies)))
    return Group(
        draw(st.sampled_from(kinds)),
        draw(st.sampled_from(["", "", "/v1"])),
        draw(_needs(dependencies, 1)),
        draw(st.integers(0, 5)) < 5,
        tuple(parts),
    )


@st.composite
def _places(draw: Draw, dependencies: int, at: Sequence[str]) -> Place:
    return Place(
        draw(st.sampled_from(WAYS)),
        draw(st.sampled_from(at)),
        draw(_needs(dependencies, 1)),
        draw(st.sampled_from([None, None, None, "text"])),
    )
