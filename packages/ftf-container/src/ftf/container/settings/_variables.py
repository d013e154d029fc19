"""The variables that set the fields of settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that sets a field.

    Args:
        name: Its name, such as "MAIL__PORT".
        path: The names by which the field, and the groups around it, are known in a layer.
        field: The field.
        default: What the field is without it; `PydanticUndefined` if it has to be set.
    """

    name: str
    path: tuple[tuple[str, ...], ...]
    field: FieldInfo
    default: object

    @property
    def is_required(self) -> bool:
        """Whether it has to be set."""
        return self.default is PydanticUndefined and self.field.default_factory is None

    @property
    def group(self) -> type[BaseModel] | None:
        """The model of the field if it is a group, whose fields have variables of their own."""
        return _model(self.field.annotation)


def variables_of(settings: type[BaseSettings]) -> list[Variable]:
    """Return the variables of settings, in order of the fields; a group is not one itself."""
    return [each for first in first_variables(settings) for each in leaves(settings, first)]


def leaves(settings: type[BaseSettings], variable: Variable) -> Iterator[Variable]:
    """Return the variables of a group, or the variable itself."""
    if variable.group is None:
        yield variable
        return
    for each in _within(settings, variable):
        yield from leaves(settings, each)


def variable_at(settings: type[BaseSettings], location: Sequence[object]) -> Variable | None:
    """Return the variable of a place that pydantic reports; `None` for that of all settings."""
    found, known = None, first_variables(settings)
    for part in location:
        if (next_ := next((each for each in known if part in each.path[-1]), None)) is None:
            break
        found, known = next_, _within(settings, next_) if next_.group else []
    return found


def first_variables(settings: type[BaseSettings]) -> list[Variable]:
    """Return a variable for each field, in order of the fields; that of a group as well."""
    prefix = settings.model_config.get("env_prefix", "")
    return [
        Variable(_name(name, field, prefix).upper(), (_names(name, field),), field, field.default)
        for name, field in settings.model_fields.items()
    ]


def _within(settings: type[BaseSettings], group: Variable) -> list[Variable]:
    delimiter = settings.model_config.get("env_nested_delimiter") or "__"
    model = group.group
    return [
        Variable(
            f"{group.name}{delimiter}{_name(name, field)}".upper(),
            (*group.path, _names(name, field)),
            field,
            getattr(group.default, name, field.default),
        )
        for name, field in (model.model_fields if model else {}).items()
    ]


def _name(name: str, field: FieldInfo, prefix: str = "") -> str:
    aliases = _names(name, field)[1:]
    return aliases[0] if aliases else f"{prefix}{name}"


def _names(name: str, field: FieldInfo) -> tuple[str, ...]:
    alias = field.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
    return name, *(each for each in choices if isinstance(each, str))


def _model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  # what a user wrote
    """Return the model that an annotation names, alone or beside `None`."""
    is_union = get_origin(annotation) in {Union, UnionType}
    kinds = [each for each in get_args(annotation) if each is not type(None)] if is_union else []
    kind = kinds[0] if len(kinds) == 1 else annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
