"""`Partial`: a schema whose fields may all be left out, for changes of a part."""

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from ...injection._inject import unaliased
from .._missing import MISSING

_KEPT = ("alias", "validation_alias", "title", "description", "examples", "json_schema_extra")


class Partial[T: BaseModel](BaseModel):
    """A schema for changes of a part: `Partial[ProductIn]` has the fields of `ProductIn`.

    Each may be left out. Null is for those that may be null, nested schemas are partial as well,
    and unknown fields are refused.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    def __class_getitem__(cls, schema: Any) -> Any:  # noqa: ANN401  # as pydantic's
        (found,) = schema if isinstance(schema, tuple) else (schema,)
        if isinstance(found, type) and issubclass(found, BaseModel):
            return partial_of(found)
        return super().__class_getitem__(schema)

    def changes(self) -> dict[str, object]:
        """Return the values that were sent, by the name of the field; nested ones as dicts."""
        return {
            name: value.changes() if isinstance(value, Partial) else value
            for name in type(self).model_fields
            if (value := getattr(self, name)) is not MISSING
        }


@cache
def partial_of(schema: type[BaseModel]) -> type[BaseModel]:
    """Return the partial form of a schema."""
    config: Any = {**schema.model_config, "extra": "forbid", "title": None}
    base = cast("type[BaseModel]", type("Partial", (Partial,), {"model_config": config}))
    fields: dict[str, Any] = {
        name: (_optional(info), _field(info)) for name, info in schema.model_fields.items()
    }
    return create_model(
        f"Partial{schema.__name__}",
        __base__=base,
        __module__=schema.__module__,
        __doc__=f"The fields of {schema.__name__}, of which any may be left out.",
        **fields,
    )


def merged(stored: object, change: object) -> object:
    """Return a value with a change merged into it (RFC 7396): null removes, lists are replaced."""
    if not isinstance(change, Mapping):
        return change
    found = dict(stored) if isinstance(stored, Mapping) else {}
    for name, value in change.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def _optional(info: FieldInfo) -> Any:  # noqa: ANN401  # an annotation
    hint: Any = _partly(info.annotation)
    return Annotated[hint, *info.metadata] if info.metadata else hint


def _partly(hint: Any) -> Any:  # noqa: ANN401  # an annotation
    """Return an annotation with partial schemas in place of schemas, but for those in lists."""
    hint = unaliased(hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return partial_of(hint)
    if get_origin(hint) in {Union, UnionType}:
        return Union[tuple(_partly(each) for each in get_args(hint))]  # noqa: UP007  # of a tuple
    return hint


def _field(info: FieldInfo) -> Any:  # noqa: ANN401  # a FieldInfo, typed Any by pydantic
    kept = {name: getattr(info, name) for name in _KEPT}
    # A factory, because the document would show a default, and `T | MISSING` is a union in faults.
    options = {name: each for name, each in kept.items() if each is not None}
    return Field(default_factory=lambda: MISSING, **options)
