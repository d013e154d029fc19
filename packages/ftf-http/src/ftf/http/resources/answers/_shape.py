"""`Shape`: which fields of a schema are attributes, relationships and counts of a model."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from inspect import getattr_static
from types import UnionType
from typing import Annotated, Any, TypeIs, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import inspect
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ...injection._inject import unaliased
from .._missing import MISSING
from ._marks import Count, Needs, Unnarrowed, When

type Model = type[DeclarativeBase]
type Schema = type[BaseModel]
type Path = tuple[QueryableAttribute[object], ...]


@dataclass(eq=False)
class Related:
    """A field that shows related records.

    Args:
        attribute: The relationship.
        shape: The shape of a related record.
        is_optional: Whether it is shown only if it is included.
        can_be_none: Whether the field may be null.
    """

    attribute: QueryableAttribute[Any]
    shape: "Shape"
    is_optional: bool
    can_be_none: bool

    @property
    def model(self) -> Model:
        """Return the model of the related records."""
        return self.shape.model

    @property
    def is_many(self) -> bool:
        """Return whether the relationship leads to many records."""
        return bool(self.attribute.property.uselist)


@dataclass(eq=False)
class Shape:
    """The fields of a schema, by what they are of a model.

    Args:
        model: The model.
        schema: The schema.
        plain: The fields that are read from attributes of the same name.
        related: The fields that show related records.
        counts: The fields that count related records.
        needs: The relationships and deferred columns that properties read.
        conditions: The fields that only some users see.
        unnarrowed: The fields with related records that the user may not see otherwise.
    """

    model: Model
    schema: Schema
    plain: list[str] = field(default_factory=list)
    related: dict[str, Related] = field(default_factory=dict)
    counts: dict[str, Count] = field(default_factory=dict)
    needs: list[Path] = field(default_factory=list)
    conditions: dict[str, When] = field(default_factory=dict)
    unnarrowed: set[str] = field(default_factory=set)

    @cached_property
    def deferred(self) -> dict[str, QueryableAttribute[Any]]:
        """Return the columns that a query loads only where it is asked to, by their field."""
        return deferred_of(self.model, self.plain)

    @cached_property
    def has_optional(self) -> bool:
        """Return whether it shows related records, at any depth, only if they are included."""
        return any(each.is_optional or each.shape.has_optional for each in self.related.values())

    @property
    def is_plain(self) -> bool:
        """Return whether answers show columns alone, which the version of a record stands for."""
        return not (self.related or self.counts or self.needs or self.conditions)

    def never_none(self, known: frozenset["Shape"] = frozenset()) -> Iterator[tuple[str, Related]]:
        """Return the fields with one related record that is narrowed and cannot be null.

        Args:
            known: The shapes that this one is within.
        """
        for name, related in self.related.items() if self not in known else ():
            is_one = not (related.is_many or related.can_be_none)
            if is_one and name not in self.unnarrowed:
                yield f"{self.schema.__name__}.{name}", related
            yield from related.shape.never_none(known | {self})

    def shows(self, via: Path, column: QueryableAttribute[object]) -> bool:
        """Return whether an answer shows a column of the model that relationships lead to.

        A foreign key is shown where the related record shows the key that it refers to.
        """
        if via:
            related = self.related.get(via[0].key)
            return related is not None and related.shape.shows(via[1:], column)
        if column.key in self.conditions:  # a filter would tell the values to those who see none
            return False
        if column.key in self.plain:
            return True
        columns = {*getattr(column.property, "columns", ())}
        return any(
            local in columns
            and inspect(each.shape.model).get_property_by_column(remote).key in each.shape.plain
            for each in self.related.values()
            if not each.is_many and not each.attribute.property.secondary
            for local, remote in each.attribute.property.local_remote_pairs
        )


def deferred_of(model: Model, names: Iterable[str]) -> dict[str, QueryableAttribute[Any]]:
    """Return the columns among the attributes of a model that are deferred, by their names."""
    mapper = inspect(model)
    synonyms = {each.key: each.name for each in mapper.synonyms}
    keys = {name: synonyms.get(name, name) for name in names}
    return {
        name: getattr(model, key)
        for name, key in keys.items()
        if key in mapper.column_attrs and mapper.column_attrs[key].deferred
    }


def shape_of(model: Model, schema: Schema) -> Shape:
    """Return the shape of a schema for records of a model.

    Raises:
        TypeError: The model has no such attribute, a relationship has no schema, or a schema
            contains itself without `MISSING`.
    """
    return _shape(model, schema, {}, ())


def _shape(
    model: Model,
    schema: Schema,
    known: dict[tuple[Model, Schema], Shape],
    within: tuple[Schema, ...],
) -> Shape:
    if (model, schema) in known:
        return known[model, schema]
    shape = known[model, schema] = Shape(model, schema)
    relationships = inspect(model).relationships
    for name, info in schema.model_fields.items():
        place = f"{schema.__name__}.{name}"
        marks = [*_marks(info)]
        counts = [mark for mark in marks if isinstance(mark, Count)]
        shape.conditions |= _conditions(name, info, marks, (schema, *within))
        if any(mark is Unnarrowed or isinstance(mark, Unnarrowed) for mark in marks):
            shape.unnarrowed.add(name)
        if counts:
            shape.counts[name] = counts[0]
            if within:
                raise TypeError(
                    f"{place} counts in a schema within {within[0].__name__}: only the outermost "
                    "schema can have a Count."
                )
            continue
        shape.needs += [mark.path for mark in marks if isinstance(mark, Needs)]
        if name in relationships:
            parts, inner = {*_parts(info.annotation)}, (*within, schema)
            below = _shape(
                relationships[name].mapper.class_, _schema_in(parts, place, inner), known, inner
            )
            shape.related[name] = Related(
                getattr(model, name), below, MISSING in parts, type(None) in parts
            )
        elif getattr_static(model, name, None) is not None:  # a hybrid may have no expression
            shape.plain.append(name)
        elif info.is_required():
            raise TypeError(
                f"{place} is not an attribute of {model.__name__}: name one, add a property to the "
                "model, or give the field a default."
            )
    return shape


def _schema_in(parts: Collection[object], place: str, within: tuple[Schema, ...]) -> Schema:
    """Return the schema of the related records of a field."""
    found = [part for part in parts if _is_schema(part)]
    if len(found) != 1:
        raise TypeError(
            f"{place} shows a relationship without a schema: annotate it with one, such as "
            "`list[CommentOut]`."
        )
    if found[0] in within and MISSING not in parts:
        name = found[0].__name__
        raise TypeError(f"{place} contains {name} without end: write `{name} | MISSING = MISSING`.")
    return found[0]


def _conditions(
    name: str, info: FieldInfo, marks: list[object], schemas: tuple[Schema, ...]
) -> dict[str, When]:
    """Return the condition of a field, if it has one.

    Args:
        name: The name of the field.
        info: The field.
        marks: Its metadata.
        schemas: Its schema, and those that this one is within.
    """
    found = [mark for mark in marks if isinstance(mark, When)]
    place = f"{schemas[0].__name__}.{name}"
    if found and len(schemas) > 1:
        raise TypeError(
            f"{place} has a When in a schema within {schemas[-1].__name__}: only the outermost "
            "schema can have one."
        )
    if found and (MISSING not in _parts(info.annotation) or info.is_required()):
        raise TypeError(
            f"{place} may be left out: write `Annotated[... | MISSING, When(...)] = MISSING`."
        )
    return {name: found[0]} if found else {}


def _marks(info: FieldInfo) -> Iterator[object]:
    """Return the metadata of a field; pydantic keeps those within a union in the annotation."""
    yield from info.metadata
    for part in _parts(info.annotation, annotated=True):
        if get_origin(part) is Annotated:
            yield from get_args(part)[1:]


def _parts(hint: object, *, annotated: bool = False) -> Iterator[Any]:
    """Return the types that an annotation is made of."""
    hint = unaliased(hint)
    if get_origin(hint) is Annotated:
        if annotated:
            yield hint
        yield from _parts(get_args(hint)[0], annotated=annotated)
    elif get_origin(hint) in {Union, UnionType, list, tuple, set, frozenset}:
        for part in get_args(hint):
            yield from _parts(part, annotated=annotated)
    else:
        yield hint


def _is_schema(hint: object) -> TypeIs[Schema]:
    return isinstance(hint, type) and issubclass(hint, BaseModel)
