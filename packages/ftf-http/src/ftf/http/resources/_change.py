"""Changes of a part of a record: what was sent, merged into what is stored, and validated."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from ._partial import Partial, merged

type Values = dict[str, object]


def written(body: BaseModel, names: object) -> Values:
    """Return the values of a body that are written, with nested schemas as dicts."""
    chosen = {*names} if isinstance(names, tuple | list | set) else set()
    return {name: _stored(value) for name, value in body if name in chosen}


def changed(record: object, body: BaseModel, whole: type[BaseModel], names: object) -> Values:
    """Return the values that a partial body changes, as the whole schema has normalised them.

    What is stored and was not sent does not have to be valid, unless a validator of the whole
    schema looks at it.

    Args:
        record: The record.
        body: What was sent.
        whole: The schema of a complete record.
        names: The fields that are attributes of the record.

    Raises:
        RequestValidationError: The record would not be valid.
    """
    if not isinstance(body, Partial):
        sent = {name: getattr(body, name) for name in body.model_fields_set}
    else:
        sent = body.changes()
    if not sent:
        return {}
    values: Values = {
        name: getattr(record, name) for name in whole.model_fields if hasattr(record, name)
    }
    for name, value in sent.items():
        stored = values.get(name)
        values[name] = merged(_stored(stored), value) if isinstance(value, Mapping) else value
    try:
        valid = whole.model_validate(values, by_alias=False, by_name=True)
    except ValidationError as error:
        faults = [fault for fault in error.errors() if not fault["loc"] or fault["loc"][0] in sent]
        if faults:
            raise RequestValidationError([*_in_body(faults, whole)]) from None
        return {name: _stored(value) for name, value in sent.items() if name in _names(names)}
    return {name: value for name, value in written(valid, names).items() if name in sent}


def _names(names: object) -> set[object]:
    return {*names} if isinstance(names, tuple | list | set) else set()


def _in_body(faults: Any, schema: type[BaseModel]) -> Iterator[Mapping[str, object]]:  # noqa: ANN401  # pydantic's
    """Return faults at the names that clients use."""
    for fault in faults:
        first, *further = fault["loc"] or ("",)
        info = schema.model_fields.get(str(first))
        alias = info.validation_alias or info.alias if info else None
        name = alias if isinstance(alias, str) else first
        loc = ("body", name, *further) if fault["loc"] else ("body",)
        yield {**fault, "loc": loc}


def _stored(value: object) -> object:
    """Return a value as a column takes it: nested schemas are dicts."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, list):
        return [_stored(each) for each in value]
    return value
