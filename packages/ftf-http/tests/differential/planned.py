"""Random descriptions of applications whose routes have plans, most of them.

Each route has several of the features that plans implement, and a path of its own, so that few
requests are enough to see how they work together.
"""

from collections.abc import Callable, Sequence
from typing import Final

from differential.answers import EFFECTS, HANDLERS
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
from differential.values import IN_BODY, IN_TEXT, KINDS, SCALAR
from hypothesis import strategies as st

type Draw = Callable[..., object]

# A plan is made for none that is `Json`, nor, with a dependency, for a validator of the user's.
_NO_PLAN: Final = {"json", "even", "nested", "bytes"}
_SCALAR: Final = tuple(name for name in SCALAR if name not in _NO_PLAN)
_TEXT: Final = tuple(name for name in IN_TEXT if name not in _NO_PLAN)
_SEVERAL: Final = tuple(name for name in _TEXT if KINDS[name].several)
_BODY: Final = tuple(name for name in IN_BODY if name not in _NO_PLAN)
_LOOSE: Final = ("anything", "anything", "counts", "thing")
_KINDS: Final = {
    "query": (*_TEXT, *_SEVERAL * 4, *["str"] * 4),
    "header": (*_TEXT, *_SEVERAL * 4),
    "cookie": _SCALAR,
    "body": (*_BODY, *_LOOSE * 5),
}
_PATHS: Final = ("", "/{a}", "/{a:int}/{b}")
_IN_PATH: Final = ("str", "int", "literal")
_NAMES: Final = ("q", "page", "x_token", "tag")
_ALIASES: Final = (None, None, None, "x-alias", "Q", "a b")
_SOURCES: Final = ("query", "query", "header", "header", "cookie")
_SHAPES: Final = ("async", "async", "def", "class", "object")
_EFFECTS: Final = (*EFFECTS, *["none"] * 3, *["scopes", "background"] * 2)
_ANSWERS: Final = (
    *["values"] * 3,
    *["changing"] * 5,
    *["background"] * 3,
    "sub response",
    "facts",
    "error",
    "crash",
    "text",
)
_RETURNED: Final = (
    *[("thing", "model"), ("thing", "dict"), ("thing", "partial"), ("thing", "partial")] * 3,
    ("slim", "model"),
    ("nested", "nested"),
    ("things", "list"),
    ("either", "model"),
    ("thing", "number"),
)
_OPTIONS: Final[tuple[tuple[str, object], ...]] = (
    ("response_model_include", ("name", "size", "thing")),
    ("response_model_exclude", ("label", "more")),
    ("response_model_exclude", (("label", True), ("thing", frozenset({"size"})))),
    ("response_model_by_alias", False),
    ("response_model_exclude_unset", True),
    ("response_model_exclude_defaults", True),
    ("response_model_exclude_none", True),
)
_GROUPS: Final = ("plain", "router", "controller")


@st.composite
def planned_applications(draw: Draw) -> Application:
    dependencies = tuple(_dependency(draw, number) for number in range(draw(st.integers(2, 3))))
    endpoints = [_endpoint(draw, number, len(dependencies)) for number in range(4)]
    inner = Group(draw(st.sampled_from(_GROUPS)), parts=(*endpoints[1:],))
    guards = _needs(draw, len(dependencies), 1)
    return Application(
        Group(parts=(endpoints[0], Placed(inner, (Place("include", "/at", guards),)))),
        dependencies,
        handlers=tuple(draw(st.lists(st.sampled_from([*HANDLERS]), max_size=1))),
    )


def _dependency(draw: Draw, number: int) -> Dependency:
    return Dependency(
        draw(st.sampled_from(_SHAPES)),
        _parameters(draw, _NAMES, _SOURCES, 1),
        _needs(draw, number, 2),
        draw(st.sampled_from(_EFFECTS)),
    )


def _needs(draw: Draw, dependencies: int, most: int) -> tuple[Need, ...]:
    if not dependencies:
        return ()
    scopes = st.sampled_from([(), (), ("read",)])
    return tuple(
        Need(draw(st.integers(0, dependencies - 1)), draw(st.booleans()), scopes=draw(scopes))
        for _ in range(draw(st.integers(0, most)))
    )


def _endpoint(draw: Draw, number: int, dependencies: int) -> Endpoint:
    path = draw(st.sampled_from(_PATHS))
    in_path = [
        Parameter(name, "path", draw(st.sampled_from(_IN_PATH)))
        for name in ("a", "b")
        if f"{{{name}" in path
    ]
    method = draw(st.sampled_from(["GET", "POST", "PUT"]))
    parameters = [*in_path, *_parameters(draw, _NAMES, _SOURCES, 3)]
    if method != "GET":
        parameters += _parameters(draw, ("item", "other"), ["body"], 2, fewest=1)
    answer, options = _answer(draw)
    return Endpoint(
        f"/{number}{path}",
        (method,),
        tuple(sorted(parameters, key=lambda each: each.default != "required")),
        _needs(draw, dependencies, 3) if draw(st.booleans()) else (),
        (),
        draw(st.integers(0, 3)) < 3,
        draw(st.integers(0, 3)) == 3,
        answer,
        options,
    )


def _answer(draw: Draw) -> tuple[str, tuple[tuple[str, object], ...]]:
    if draw(st.booleans()):
        status = [("status_code", draw(st.sampled_from([201, 204])))] * draw(st.integers(0, 1))
        return draw(st.sampled_from(_ANSWERS)), tuple(status)
    returned, answer = draw(st.sampled_from(_RETURNED))
    options = st.lists(st.sampled_from(_OPTIONS), min_size=1, max_size=3, unique=True)
    return answer, (("response_model", returned), *draw(options))


def _parameters(
    draw: Draw, names: Sequence[str], sources: Sequence[str], most: int, fewest: int = 0
) -> tuple[Parameter, ...]:
    chosen = st.lists(st.sampled_from(names), min_size=fewest, max_size=most, unique=True)
    found = [_parameter(draw, name, draw(st.sampled_from(sources))) for name in draw(chosen)]
    return tuple(sorted(found, key=lambda each: each.default != "required"))


def _parameter(draw: Draw, name: str, source: str) -> Parameter:
    kind = draw(st.sampled_from(_KINDS[source]))
    usual = ["none"] if KINDS[kind].default() is None else ["value", "value", "factory", "none"]
    alias, validation_alias = draw(st.sampled_from(_ALIASES)), draw(st.sampled_from(_ALIASES))
    embed = draw(st.integers(0, 3)) == 3
    default = draw(st.sampled_from(["required", *usual]))
    return Parameter(name, source, kind, default, alias, validation_alias, embed=embed)
