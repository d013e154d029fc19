"""Handlers and dependencies, made from their descriptions."""

from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from inspect import Parameter as SignatureParameter
from inspect import Signature, isawaitable
from typing import Annotated, Any

from differential.answers import ANSWERS, EFFECTS, SPECIAL, Log, Values, listed
from differential.description import Dependency, Endpoint, Need, Parameter
from differential.values import KINDS, MODELS, Nested, Slim, Thing
from fastapi import Body, Cookie, Depends, Form, Header, Path, Query, Security

SOURCES = {"path": Path, "query": Query, "header": Header, "cookie": Cookie, "form": Form}
MODELS_BY_NAME = {model.__name__: model for model in MODELS}
THINGS = {**{name: kind.annotation for name, kind in KINDS.items()}, **MODELS_BY_NAME}
RETURNED: Mapping[str, Any] = {
    "nothing": Signature.empty,
    "thing": Thing,
    "things": list[Thing],
    "nested": Nested,
    "slim": Slim,
    "number": int,
    "none": None,
    "text": str,
    "maybe": Thing | None,
    "any": Any,
    "dict": dict[str, Any],
    "either": Slim | Thing,
    "stream": Iterable[Thing],
    "streams": AsyncIterable[Thing],
}


class Functions:
    """The functions of one application, which add to its log.

    Args:
        log: What they have done.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.dependencies: list[Callable[..., Any]] = []

    def add(self, dependency: Dependency) -> None:
        """Make a dependency; it may need those that were made before it."""
        number, effect = len(self.dependencies), EFFECTS[dependency.effect]

        def run(values: Values) -> str:
            self.log.append(("dependency", number, *map(tuple, listed(values))))
            effect.run(values, self.log)
            # Other at each call, so that it shows which call a function has its value of.
            return f"dependency {number}, {len(self.log)}"

        signature = self.signature(dependency.parameters, dependency.needs, effect.wants)
        function = self._shaped(dependency.shape, number, run)
        function.__signature__ = signature
        self.dependencies.append(
            _Callable(function, signature) if dependency.shape == "object" else function
        )

    def depends(self, need: Need) -> Any:
        """Return FastAPI's mark of a dependency."""
        function = self.dependencies[need.number]
        if need.scopes:
            return Security(function, scopes=[*need.scopes], use_cache=need.cached)
        return Depends(function, use_cache=need.cached, scope=need.scope)  # type: ignore[arg-type]  # a scope

    def handler(self, endpoint: Endpoint, injected: SignatureParameter | None) -> Any:
        """Make a handler.

        Args:
            endpoint: Its description.
            injected: The parameter of a service, if it has one.
        """
        answer = ANSWERS[endpoint.answer]

        def run(values: Values) -> Any:
            self.log.append(("handler", endpoint.path, *map(tuple, listed(values))))
            return answer.make(values, self.log)

        function = _handling(run, endpoint)
        signature = self.signature(endpoint.parameters, endpoint.needs, answer.wants)
        parameters = [*signature.parameters.values(), *([injected] if injected else [])]
        returned = RETURNED[dict(endpoint.options).get("returns", "nothing")]  # type: ignore[index]  # a name
        function.__signature__ = signature.replace(
            parameters=parameters, return_annotation=returned
        )
        letters = [each if each.isalnum() else "_" for each in endpoint.path]
        function.__name__ = function.__qualname__ = "".join(["show", *letters])
        function.__doc__ = f"Show {endpoint.path}.\f Not in the document."
        return function

    def signature(
        self, parameters: Iterable[Parameter], needs: Iterable[Need], wants: Iterable[str]
    ) -> Signature:
        """Return the signature of a function with these parameters."""
        every = [
            *(_plain(each) for each in parameters),
            *(
                _keyword(f"need_{at}", Annotated[object, self.depends(need)])
                for at, need in enumerate(needs)
            ),
            *(_keyword(name, SPECIAL[name]) for name in wants),
        ]
        return Signature(every)

    def _shaped(self, shape: str, number: int, run: Callable[[Values], str]) -> Any:
        async def plainly(**values: Any) -> str:
            return run(values)

        def in_thread(**values: Any) -> str:
            return run(values)

        async def opening(**values: Any) -> Any:
            value = run(values)
            try:
                yield value
            except BaseException as error:
                self.log.append(("failed", number, type(error).__name__))
                raise
            finally:
                self.log.append(("closed", number))

        def opening_in_thread(**values: Any) -> Any:
            value = run(values)
            try:
                yield value
            except BaseException as error:
                self.log.append(("failed", number, type(error).__name__))
                raise
            finally:
                self.log.append(("closed", number))

        if shape == "class":
            made = {"__init__": lambda self, **values: run(values) and None}
            return type(f"Class{number}", (), made | {"__repr__": lambda _: f"class {number}"})
        functions = {"async": plainly, "async yield": opening, "yield": opening_in_thread}
        return functions.get(shape, in_thread)


class _Callable:
    """A dependency that is an object."""

    def __init__(self, function: Callable[..., Any], signature: Signature) -> None:
        self.function = function
        self.__signature__ = signature

    def __call__(self, **values: Any) -> Any:
        return self.function(**values)


def _handling(run: Callable[[Values], Any], endpoint: Endpoint) -> Any:
    async def handle(*_: Any, **values: Any) -> Any:
        result = run(values)
        return await result if isawaitable(result) else result

    async def generate(*_: Any, **values: Any) -> Any:
        for item in run(values):
            yield item

    def handle_in_thread(*_: Any, **values: Any) -> Any:
        return run(values)

    def generate_in_thread(*_: Any, **values: Any) -> Any:
        yield from run(values)

    if ANSWERS[endpoint.answer].streams:
        return generate if endpoint.asynchronous else generate_in_thread
    return handle if endpoint.asynchronous else handle_in_thread


def _keyword(
    name: str, annotation: Any, default: object = SignatureParameter.empty
) -> SignatureParameter:
    kind = SignatureParameter.KEYWORD_ONLY
    return SignatureParameter(name, kind, annotation=annotation, default=default)


def _plain(parameter: Parameter) -> SignatureParameter:
    options: dict[str, Any] = {}
    if parameter.alias is not None:
        options["alias"] = parameter.alias
    if parameter.validation_alias is not None:
        options["validation_alias"] = parameter.validation_alias
    if parameter.hidden and parameter.source in {"query", "header", "cookie"}:
        options |= {"include_in_schema": False, "deprecated": True}
    if parameter.source == "header":
        options["convert_underscores"] = parameter.underscores
    if parameter.source == "body" and parameter.embed:
        options["embed"] = True
    default: object = SignatureParameter.empty
    if parameter.default == "factory":
        options["default_factory"] = KINDS[parameter.kind].default
    elif parameter.default == "value":
        default = KINDS[parameter.kind].default()
    elif parameter.default == "none":
        default = None
    mark = SOURCES.get(parameter.source, Body)(**options)
    return _keyword(parameter.name, Annotated[THINGS[parameter.kind], mark], default)
