"""Values for the columns that need one, from polyfactory."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final, cast

from faker import Faker
from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory
from polyfactory.field_meta import FieldMeta
from sqlalchemy import Column, DateTime, Enum, TypeDecorator, Uuid

from ._source import Source

_EPOCH: Final = datetime(2020, 1, 1)  # noqa: DTZ001  # a column without a time zone
_TEXT_LENGTH: Final = 12


class Aware(datetime):
    """The type of values for a `DateTime(timezone=True)`."""


class UuidText(str):  # a marker, which is never instantiated
    """The type of values for a `Uuid(as_uuid=False)`."""

    __slots__ = ()


class _Values:
    """Providers in the place of those that depend on the clock or on global random state."""

    __check_model__ = False
    __faker__ = Faker()
    __random__ = Random()  # noqa: S311  # `generate` sets that of the source

    @classmethod
    def get_provider_map(cls) -> dict[Any, Callable[[], Any]]:
        inherited: dict[Any, Callable[[], Any]] = super().get_provider_map()  # type: ignore[misc]
        return inherited | {
            datetime: cls._moment,
            Aware: cls._aware,
            date: cls._day,
            UuidText: cls.__faker__.uuid4,
        }

    @classmethod
    def get_type_from_column(cls, column: Column[Any]) -> type:
        if isinstance(column.type, DateTime) and column.type.timezone:
            return Aware
        if isinstance(column.type, Uuid) and not column.type.as_uuid:
            return UuidText
        return super().get_type_from_column(column)  # type: ignore[misc,no-any-return]

    @classmethod
    def _moment(cls) -> datetime:
        return _EPOCH + timedelta(seconds=cls.__random__.randrange(10**8))

    @classmethod
    def _aware(cls) -> datetime:
        return cls._moment().replace(tzinfo=UTC)

    @classmethod
    def _day(cls) -> date:
        return cls._moment().date()


def generate(model: type, column: Column[Any], source: Source) -> object:
    """Generate a value of a column's type; equal states of the source generate equal values.

    Raises:
        polyfactory.exceptions.ParameterException: The type is unknown.
    """
    column = _undecorated(column)
    if isinstance(column.type, Enum) and column.type.enum_class is None:
        return source.random.choice(column.type.enums)
    values = _values_of(model)
    # polyfactory reads both from the class, and does not take them as arguments.
    values.__random__ = source.random
    values.__faker__.random = source.random  # type: ignore[attr-defined]
    meta = FieldMeta.from_type(name=column.key, annotation=values.get_type_from_column(column))
    if meta.constraints and (longest := meta.constraints.get("max_length")):
        length = min(longest, _TEXT_LENGTH)
        meta.constraints |= {"min_length": length, "max_length": length}
    return values.get_field_value(meta)


def _undecorated(column: Column[Any]) -> Column[Any]:
    """Replace a type decorator without a `python_type` of its own by the type below it."""
    kind = column.type
    if isinstance(kind, TypeDecorator) and type(kind).python_type is TypeDecorator.python_type:
        return _undecorated(Column(column.key, kind.impl_instance, nullable=False))
    return column


@cache
def _values_of(model: type) -> type[SQLAlchemyFactory[Any]]:
    made: Any = SQLAlchemyFactory.create_factory(model, bases=cast("Any", (_Values,)))
    return made  # type: ignore[no-any-return]
