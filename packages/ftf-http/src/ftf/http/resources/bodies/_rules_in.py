"""The rules in the annotations of a schema, asked about the values of a body."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo
from sqlalchemy.orm import DeclarativeBase

from ftf.orm import Exists, Rules, Unique

from ...injection._inject import unaliased
from ...problems._fault import pointer_to
from .._missing import MISSING
from ._change import steps_to
from ._schemas_in import parts_of, schemas_in

type Rule = Exists[Any] | Unique
type Steps = tuple[object, ...]
type Asked = Iterator[tuple[Rule, Steps, Steps]]  # a rule, the way to its values, and these

_TOGETHER = "__rules__"  # of a schema: rules about several of its fields


def has_rules(schema: type[BaseModel]) -> bool:
    """Return whether a schema, or one within it, has a rule."""
    return any(rule for part in _schemas(schema, set()) for rule in _own_rules(part))


def policies_in(schema: type[BaseModel]) -> set[type]:
    """Return the policies by which rules of a schema hide records."""
    rules = (each for part in _schemas(schema, set()) for each in _own_rules(part))
    visible = (rule.visible for rule in rules if isinstance(rule, Exists))
    return {each for each in visible if isinstance(each, type)}


def asks_unique(hint: object) -> bool:
    """Return whether a schema in an annotation has a `Unique`."""
    rules = (
        rule
        for body in schemas_in(hint)
        for part in _schemas(body, set())
        for rule in _own_rules(part)
    )
    return any(isinstance(rule, Unique) for rule in rules)


def ruled_in(hint: object) -> Iterator[type[BaseModel]]:
    """Return the schemas in an annotation that have rules."""
    yield from filter(has_rules, schemas_in(hint))


class RulesAt:
    """The rules of a body that is one of several, whose place begins the pointers.

    Args:
        rules: The rules of the request.
        place: The place of the body, or its name.
    """

    def __init__(self, rules: Rules, place: object) -> None:
        self._rules = rules
        self._place = place

    def add(
        self, rule: Rule, pointer: str, *values: object, record: DeclarativeBase | None = None
    ) -> None:
        """Ask a rule about values; see `Rules.add`."""
        self._rules.add(rule, f"/{self._place}{pointer}", *values, record=record)


def ask(
    rules: Rules | RulesAt,
    body: BaseModel,
    *,
    records: Sequence[DeclarativeBase] = (),
    values: Mapping[str, object] | None = None,
    names: Collection[str] | None = None,
) -> None:
    """Ask the rules of a body's schema about its values.

    Args:
        rules: The rules of the request.
        body: The body.
        records: The stored records that are to have the values, of different models.
        values: Values that a rule about several columns needs and the body does not have.
        names: The fields that are asked about; by default all.
    """
    schema = type(body)
    asked = [each for each in schema.model_fields if names is None or each in names]
    for rule, steps, found in _in_fields(body, asked, ()):
        rules.add(rule, pointer_to(*steps), *found, record=_own(rule, records))
    for rule in _together(schema):
        keys, steps = _keys_of(rule, schema)
        if names is None or {*keys} & {*names}:
            known, own = {**(values or {}), **dict(body)}, _own(rule, records)
            held = [known[key] if key in known else getattr(own, key, None) for key in keys]
            rules.add(rule, pointer_to(*steps), *held, record=own)


def _own(rule: Rule, records: Sequence[DeclarativeBase]) -> DeclarativeBase | None:
    """Return the record that a rule is about, which may have the value already."""
    return next((each for each in records if isinstance(each, rule.model)), None)


def _schemas(schema: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Return a schema and those within it, each once."""
    if schema in seen:
        return
    seen.add(schema)
    yield schema
    for info in schema.model_fields.values():
        for part in schemas_in(_hint(info)):
            yield from _schemas(part, seen)


def _own_rules(schema: type[BaseModel]) -> Iterator[Rule]:
    """Return the rules of a schema without those of schemas within it."""
    yield from _together(schema)
    for info in schema.model_fields.values():
        for part in parts_of(_hint(info)):
            marks = get_args(part)[1:] if get_origin(part) is Annotated else ()
            yield from filter(_is_rule, marks)


def _in_fields(body: BaseModel, names: Collection[str], steps: Steps) -> Asked:
    """Return the rules of fields and of schemas within them, each with values it is about."""
    for name in names:
        info = type(body).model_fields[name]
        further = () if isinstance(body, RootModel) else steps_to(type(body), name)
        yield from _in_value(_hint(info), getattr(body, name), (*steps, *further))


def _in_value(hint: object, value: object, steps: Steps) -> Asked:
    """Return the rules of an annotation and those within it, each with values it is about."""
    hint = unaliased(hint)
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        for rule in filter(_is_rule, marks):
            yield from _of_rule(rule, value, steps)
        yield from _in_value(inner, value, steps)
    elif isinstance(value, BaseModel) and isinstance(hint, type) and isinstance(value, hint):
        yield from _in_fields(value, type(value).model_fields, steps)
        for rule in _together(type(value)):
            keys, further = _keys_of(rule, type(value))
            yield rule, (*steps, *further), tuple(getattr(value, key, None) for key in keys)
    else:
        for part, item, further in _items(hint, value):
            yield from _in_value(part, item, (*steps, *further))


def _items(hint: object, value: object) -> Iterator[tuple[object, object, Steps]]:
    """Return what an annotation is made of, with the value of each part and the way to it."""
    arguments = get_args(hint)
    if get_origin(hint) in {Union, UnionType}:
        exact = [part for part in arguments if _is_exactly(part, value)]
        yield from ((part, value, ()) for part in exact or arguments)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (
                (part, of, (key,)) for part, of in zip(arguments, (key, item), strict=False)
            )
    elif isinstance(value, AbstractSet):  # in an order of its own
        yield from ((part, item, ()) for part in arguments for item in value)
    elif isinstance(value, list | tuple):
        is_fixed = get_origin(hint) is tuple and arguments[-1:] != (...,)
        parts = arguments if is_fixed else arguments[:1] * len(value)
        for number, (part, item) in enumerate(zip(parts, value, strict=False)):
            yield part, item, (number,)


def _is_exactly(part: object, value: object) -> bool:
    """Return whether a part of a union is the type of a value, or names the value itself."""
    part = unaliased(part)
    while get_origin(part) is Annotated:
        part = unaliased(get_args(part)[0])
    if get_origin(part) is Literal:
        return value in get_args(part)
    return (get_origin(part) or part) is type(value)


def _of_rule(rule: Rule, value: object, steps: Steps) -> Asked:
    """Return a rule with its value, or with each of several."""
    if isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield rule, (*steps, number), (item,)
    elif isinstance(value, AbstractSet):
        yield from ((rule, steps, (item,)) for item in value)
    elif value is not MISSING and not isinstance(value, BaseModel):  # of a union with a schema
        yield rule, steps, (value,)


def _keys_of(rule: Rule, schema: type[BaseModel]) -> tuple[Sequence[str], Steps]:
    """Return the attributes of a rule's columns, and the way to the first that is a field."""
    keys = [getattr(column, "key", "") for column in rule.columns]
    fields = [key for key in keys if key in schema.model_fields]
    return keys, steps_to(schema, fields[0]) if fields else ()


def _hint(info: FieldInfo) -> Any:  # noqa: ANN401  # an annotation
    """Return the annotation of a field with its metadata, which pydantic keeps apart."""
    return Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation


def _together(schema: type[BaseModel]) -> tuple[Unique, ...]:
    found: tuple[Unique, ...] = getattr(schema, _TOGETHER, ())
    return found


def _is_rule(mark: object) -> bool:
    return isinstance(mark, Exists | Unique)
