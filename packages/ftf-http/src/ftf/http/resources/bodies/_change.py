"""Changes of a part of a record: what was sent, merged into what is stored, and validated."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import AliasChoices, AliasPath, BaseModel, ValidationError

from ._partial import Partial, merged
from ._schemas_in import schemas_in

type Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Change:
    """What is written to a record.

    Args:
        values: The values, by attribute.
        body: The complete body; `None` if what is stored is not valid any more.
    """

    values: Values
    body: BaseModel | None


def written(body: BaseModel, names: Collection[str]) -> Values:
    """Return the values of a body that are written, with nested schemas as dicts."""
    return {name: _stored(value) for name, value in body if name in names}


def changed(
    record: object,
    body: BaseModel,
    whole: type[BaseModel],
    names: Collection[str],
    *,
    besides: Collection[str] = (),
) -> Change:
    """Return what a partial body changes, as the whole schema has normalised it.

    What is stored and was not sent does not have to be valid, unless a validator of the whole
    schema looks at it.

    Args:
        record: The record.
        body: What was sent.
        whole: The schema of a complete record.
        names: The fields that are attributes of the record.
        besides: The fields of the body that are not changes.

    Raises:
        RequestValidationError: The record would not be valid.
    """
    sent = body.changes() if isinstance(body, Partial) else body.model_dump(exclude_unset=True)
    for name in besides:
        sent.pop(name, None)
    if not sent:
        return Change({}, None)
    values: Values = {
        name: getattr(record, name) for name in whole.model_fields if hasattr(record, name)
    }
    for name, value in sent.items():
        stored = _stored(values.get(name))
        values[name] = merged(stored, value) if isinstance(value, Mapping) else value
    try:
        valid = whole.model_validate(values, by_alias=False, by_name=True)
    except ValidationError as error:
        faults = [fault for fault in error.errors() if not fault["loc"] or fault["loc"][0] in sent]
        if faults:
            raise RequestValidationError([*_in_body(faults, whole)]) from None
        return Change({name: values[name] for name in sent if name in names}, None)
    own = {name: value for name, value in written(valid, names).items() if name in sent}
    return Change(own, valid)


def steps_to(schema: type[BaseModel], name: str) -> tuple[str | int, ...]:
    """Return the way to a field by the names that clients use; of several, by the first."""
    info = schema.model_fields[name]
    alias = info.validation_alias or info.alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return tuple(alias.path) if isinstance(alias, AliasPath) else (alias or name,)


def _in_body(faults: Any, schema: type[BaseModel]) -> Iterator[Mapping[str, object]]:  # noqa: ANN401  # pydantic's
    """Return faults at the names that clients use."""
    for fault in faults:
        yield {**fault, "loc": ("body", *_by_alias(fault["loc"], schema))}


def _by_alias(steps: Iterable[object], schema: type[BaseModel]) -> Iterator[object]:
    schemas = [schema]
    for step in steps:
        owner = next((each for each in schemas if step in each.model_fields), None)
        if owner is None:
            yield step
        else:
            yield from steps_to(owner, str(step))
            schemas = [*schemas_in(owner.model_fields[str(step)].annotation)]


def _stored(value: object) -> object:
    """Return a value as a column takes it: nested schemas are dicts."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, list):
        return [_stored(each) for each in value]
    return value
