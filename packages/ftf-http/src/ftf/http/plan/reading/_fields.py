"""Named values, validated by one call of pydantic, with the defaults of missing ones."""

from collections.abc import Mapping
from copy import deepcopy

from pydantic import TypeAdapter
from pydantic_core import SchemaError, SchemaValidator, core_schema

from .._facts import Field, NotPlannedError
from ._validation import adapter_of

type Values = dict[str, object]


class Fields:
    """The fields that FastAPI would validate one by one.

    Args:
        fields: The fields by the keys of their values, in FastAPI's order.

    Raises:
        NotPlannedError: A default is validated, or the fields have no common validator.
    """

    __slots__ = ("_defaults", "_made", "_validate")

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._defaults: Values = dict.fromkeys(fields)
        self._made: list[tuple[str, Field]] = []
        schemas: dict[str, core_schema.TypedDictField] = {}
        for key, field in fields.items():
            adapter, required = adapter_of(field), field.field_info.is_required()
            if not required:
                self._keep_default(key, field, adapter)
            schema = adapter.core_schema
            schemas[key] = core_schema.typed_dict_field(schema, required=required)
        try:
            validator = SchemaValidator(core_schema.typed_dict_schema(schemas))
        except SchemaError:  # such as a type that is defined in two of the schemas
            raise NotPlannedError("its parameters have no common validator") from None
        self._validate = validator.validate_python

    def complete(self, raw: Mapping[str, object]) -> Values:
        """Return the validated values by their keys, in order, with defaults.

        Raises:
            ValidationError: A value is missing or not valid.
        """
        found: Values = self._validate(raw, from_attributes=True)
        if len(found) == len(self._defaults):
            return found
        values = self._defaults | found
        for key, field in self._made:
            if key not in found:
                values[key] = deepcopy(field.default)
        return values

    def _keep_default(self, key: str, field: Field, adapter: TypeAdapter[object]) -> None:
        info = field.field_info
        if info.validate_default:
            raise NotPlannedError(f"the default of {field.name!r} is validated")
        if info.default_factory is None and deepcopy(info.default) is info.default:
            self._defaults[key] = info.default
        else:
            self._made.append((key, field))
        # Older FastAPI validates each default: one that this would change is left to it.
        default = field.default if info.default_factory is None else None
        if default is not None and not _is_unchanged(default, adapter):
            raise NotPlannedError(f"the default of {field.name!r} is not of its type")


def _is_unchanged(default: object, adapter: TypeAdapter[object]) -> bool:
    try:
        valid = adapter.validator.validate_python(default, from_attributes=True)
    except ValueError:
        return False
    return type(valid) is type(default) and valid == default
