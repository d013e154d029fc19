"""`Checked`, `Unchecked` and `Bound`: the body and the record of a handler by hand."""

import re
from collections.abc import Callable, Iterator
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from fastapi import Depends, Path
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase
from starlette.requests import HTTPConnection

from ftf.orm import BaseRepository, Rules

from ...injection._inject import Injection
from ...problems._orm_handlers import RULES
from ...types import key_of
from ..access._policy import visibility_of
from ._rules_in import RulesAt, ask, has_rules

_BODY: Final = "body"  # the parameter of the dependencies here
_BOUND: Final = "ftf.http.bound"  # in the scope of a request: the records of its path
_WORD: Final = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class RuleCheck:
    """A FastAPI dependency that reads a body and checks the rules of its schema.

    Args:
        schema: The schema.

    Raises:
        TypeError: It is not a schema with rules.
    """

    def __init__(self, schema: type[BaseModel]) -> None:
        given: object = schema
        is_schema = isinstance(given, type) and issubclass(given, BaseModel)
        if not is_schema or not has_rules(schema):
            raise TypeError(f"Checked[...] takes a schema with Exists or Unique, not {schema!r}.")
        hints = {_BODY: schema, "connection": HTTPConnection, "session": injected(AsyncSession)}
        self.__signature__ = signature_of(hints)

    async def __call__(
        self, body: BaseModel, connection: HTTPConnection, session: AsyncSession
    ) -> BaseModel:
        """Return the body.

        Raises:
            RuleViolation: A rule is broken.
        """
        rules = Rules(session, visibility=visibility_of(connection))
        place = place_of_body(connection)
        asked = RulesAt(rules, place) if place else rules
        ask(asked, body, records=connection.scope.get(_BOUND, ()))
        # For what the database refuses afterwards, because another request was faster.
        connection.scope.setdefault(RULES, []).append(rules)
        await rules.check()
        return body


class UncheckedRules:
    """The mark of a body whose rules the handler checks itself, or does not need."""


class RecordBinding:
    """A FastAPI dependency that finds the record whose key is in the path.

    Args:
        model: The model of the record.
    """

    def __init__(self, model: type[DeclarativeBase]) -> None:
        self.path_parameter: str = _WORD.sub("_", model.__name__).lower()
        hints = {
            self.path_parameter: Annotated[cast("Any", key_of(model)), Path()],
            "connection": HTTPConnection,
            "records": injected(BaseRepository[model]),  # type: ignore[valid-type]  # of this model
        }
        self.__signature__ = signature_of(hints)

    async def __call__(
        self,
        connection: HTTPConnection,
        records: BaseRepository[DeclarativeBase],
        **path: object,
    ) -> DeclarativeBase:
        """Return the record.

        Raises:
            RecordNotFound: There is none.
        """
        record = await records.find_or_fail(path[self.path_parameter])
        connection.scope.setdefault(_BOUND, []).append(record)
        return record


def injected(key: object) -> object:
    """Return the annotation of a parameter that the container delivers."""
    return Annotated[object, Injection(key)]


def place_of_body(connection: HTTPConnection) -> str:
    """Return the name that a body has among others of its route; none if it is the only one."""
    dependant: Dependant | None = getattr(connection.scope.get("route"), "dependant", None)
    is_one_of_several = dependant is not None and len({*_bodies_of(dependant)}) > 1
    return _BODY if is_one_of_several else ""


def _bodies_of(dependant: Dependant) -> Iterator[str]:
    yield from (field.name for field in dependant.body_params)
    for below in dependant.dependencies:
        yield from _bodies_of(below)


def signature_of(hints: dict[str, object]) -> Signature:
    """Return the signature of a dependency, by the annotations of its parameters."""
    kind = Parameter.KEYWORD_ONLY
    return Signature([Parameter(name, kind, annotation=hint) for name, hint in hints.items()])


if TYPE_CHECKING:
    type Checked[T: BaseModel] = Annotated[T, RuleCheck]
    type Unchecked[T] = Annotated[T, UncheckedRules]
    type Bound[M: DeclarativeBase] = Annotated[M, RecordBinding]
else:

    class Marked:
        """A mark of a parameter that a dependency makes of its type."""

        make: Callable[[type], object]

        def __class_getitem__(cls, hint: type) -> object:
            return Annotated[hint, Depends(cls.make(hint))]

    class Checked(Marked):
        """A body whose rules are checked: `body: Checked[PostIn]`, after the record it is for.

        A value that is taken, or a record that is missing, is 422 with a pointer, also if another
        request was faster than the write of the handler.
        """

        make = RuleCheck

    class Unchecked:
        """A plain body of a schema with rules: `body: Unchecked[PostIn]`. No rule is checked.

        Without it, a plain body with rules stops the start: they would hold nowhere.
        """

        def __class_getitem__(cls, hint: object) -> object:
            return Annotated[hint, UncheckedRules()]

    class Bound(Marked):
        """The record whose key is in the path: `post: Bound[Post]` of `/posts/{post}`.

        The name in the path is that of the model: `order_line` for `OrderLine`. A record that is
        missing is 404. The rules of a `Checked` body that follows leave it out.
        """

        make = RecordBinding
