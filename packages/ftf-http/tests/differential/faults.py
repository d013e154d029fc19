"""Faults of plans that the comparison has to find: each replaces one function of a plan."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pkgutil import resolve_name
from typing import Any, Final

import pytest

type Fault = Callable[[pytest.MonkeyPatch], None]


def at(name: str, wrong: Callable[[Any], object]) -> Fault:
    """Return a fault that replaces a function.

    Args:
        name: Its name in `ftf.http.plan`.
        wrong: Makes what takes its place from it.
    """
    whole = f"ftf.http.plan.{name}"
    return lambda patch: patch.setattr(whole, wrong(resolve_name(whole)))


def reading(source: str, wrong: Callable[[Any], object]) -> Fault:
    """Return a fault of the reader of a source of parameters."""

    def put(patch: pytest.MonkeyPatch) -> None:
        readers = resolve_name("ftf.http.plan.reading._sources.SOURCES")
        patch.setitem(readers, source, wrong(readers[source]))

    return put


def _using_cache(*, use_cache: bool) -> Callable[[Any], object]:
    return lambda call: lambda self, dependant: call(self, replace(dependant, use_cache=use_cache))


def _reading_single(change: Callable[[Any], Any]) -> Callable[[Any], object]:
    """Change the request of which the parameters that take one value are read."""

    def around(make: Any) -> Any:
        def made(parameters: Any) -> Any:
            lists = make([each for each in parameters if each.takes_all])
            singles = make([each for each in parameters if not each.takes_all])

            def read(scope: Any, raw: Any) -> None:
                lists(scope, raw)
                singles({**scope, **change(scope)}, raw)

            return read

        return made

    return around


def _last_header(scope: Any) -> Any:
    return {"headers": scope["headers"][::-1]}


def _first_pair(scope: Any) -> Any:
    return {"query_string": b"&".join(scope["query_string"].split(b"&")[::-1])}


def _empty_lists(make: Any) -> Any:
    def made(parameters: Any) -> Any:
        inner = make(parameters)

        def read(scope: Any, raw: Any) -> None:
            raw |= {each.key: [] for each in parameters if each.takes_all}
            inner(scope, raw)

        return read

    return made


def _without(option: str, value: object = None) -> Callable[[Any], object]:
    """Write results without an option of the route."""
    return lambda make: lambda to_json, options: make(to_json, {**options, option: value})


def _responding(**changed: object) -> Callable[[Any], object]:
    return lambda response: (
        lambda *arguments, **options: response(*arguments, **{**options, **changed})
    )


def _twice(run: Any) -> Any:
    async def running(self: Any, values: Any, scope: Any) -> None:
        await run(self, values, scope)
        await run(self, values, scope)

    return running


def _empty_object(received: Any) -> Any:
    async def receiving(replay: Any) -> Any:
        return await received(replay) or b"{}"

    return receiving


def _silent(_: Any) -> Any:
    async def fail(*_: Any) -> None: ...

    return fail


class _Json:
    """A parser of JSON that takes other texts, or takes them for something else."""

    def __init__(self, loads: Callable[[bytes], object]) -> None:
        self.loads = loads


FAULTS: Final[Mapping[str, Fault]] = {
    "keeps results that are not to be kept": at(
        "_dependencies.Dependencies._call", _using_cache(use_cache=True)
    ),
    "calls a dependency for each use": at(
        "_dependencies.Dependencies._call", _using_cache(use_cache=False)
    ),
    "calls each dependency twice": at("_dependencies.Called.run", _twice),
    "ignores overrides": at("_plan.Plan.applies_to", lambda _: lambda *_: True),
    "loses security scopes": at("_handler._security_scopes", lambda make: lambda _: make(())),
    "takes the last of several headers": reading("header", _reading_single(_last_header)),
    "takes the first of several query parameters": reading("query", _reading_single(_first_pair)),
    "takes a missing list for an empty one": reading("query", _empty_lists),
    "does not decode query parameters": at(
        "reading._sources.parse_qsl",
        lambda _: lambda text, **_o: [p.split("=") for p in text.split("&")],
    ),
    "passes parameters in another order": at(
        "reading._parameters.Parameters.read",
        lambda read: lambda *arguments: dict(reversed(read(*arguments).items())),
    ),
    "ignores aliases": at("reading._parameters.name_of", lambda _: lambda field: field.name),
    "ignores validation aliases": at(
        "reading._parameters.name_of", lambda _: lambda field: field.alias
    ),
    "shares defaults": at("reading._fields.deepcopy", lambda _: lambda value: value),
    "reads any content type as JSON": at("reading._body.is_json", lambda _: lambda _: True),
    "reads no content type as JSON": at(
        "reading._body.is_json", lambda known: lambda found: not found or known(found)
    ),
    "reads NaN as null": at(
        "reading._body.json",
        lambda _: _Json(lambda text: json.loads(text, parse_constant=lambda _: None)),
    ),
    "reads what is not UTF-8": at(
        "reading._body.json",
        lambda _: _Json(lambda text: json.loads(text.decode(errors="replace"))),
    ),
    "reads an empty body as an object": at("reading._body._received", _empty_object),
    "ignores the status of the route": at(
        "_answer.Answer.start",
        lambda start: lambda *arguments: {**start(*arguments), "status": 200},
    ),
    "sends a body with any status": at(
        "_answer.is_body_allowed_for_status_code", lambda _: lambda _: True
    ),
    "writes what is unset": at("_answer._writing", _without("exclude_unset")),
    "writes defaults": at("_answer._writing", _without("exclude_defaults")),
    "writes None": at("_answer._writing", _without("exclude_none")),
    "writes what is excluded": at("_answer._writing", _without("exclude")),
    "writes what is not included": at("_answer._writing", _without("include")),
    "always writes aliases": at("_answer._writing", _without("by_alias", value=True)),
    "drops the headers of dependencies": at("_answer.Answer.response", _responding(changed=None)),
    "drops background tasks": at("_answer.Answer.response", _responding(background=None)),
    "swallows the errors of handlers": at("_plan.fail", _silent),
}
