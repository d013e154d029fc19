"""The parameters of a route: read from the ASGI scope, validated by one call of pydantic."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.dependencies.models import Dependant
from pydantic import AliasChoices, AliasPath
from starlette.types import Scope

from .._facts import Field, NotPlannedError
from .._shape import takes_all
from ._fields import Fields, Values
from ._sources import SOURCES, Named


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: the key of its value in a plan, where it is read, and its field."""

    key: str
    source: str
    field: Field


class Parameters:
    """Reads and validates the parameters of a handler and its dependencies.

    Args:
        parameters: The parameters, in the order in which FastAPI reads them.

    Raises:
        NotPlannedError: FastAPI reads one of them in a way of its own.
    """

    __slots__ = ("_fields", "_readers")

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        named: dict[str, list[Named]] = {}
        for each in parameters:
            entry = Named(each.key, name_of(each.field), takes_all(each.field))
            named.setdefault(each.source, []).append(entry)
        self._readers = [SOURCES[source](entries) for source, entries in named.items()]
        self._fields = Fields({each.key: each.field for each in parameters})

    def read(self, scope: Scope) -> Values:
        """Return the values of the parameters by their keys, in order.

        Raises:
            ValidationError: One of them is missing or not valid.
        """
        raw: Values = {}
        for read in self._readers:
            read(scope, raw)
        return self._fields.complete(raw)


def parameters_of(dependant: Dependant, prefix: str) -> list[Parameter]:
    """Return the parameters of one function, in FastAPI's order.

    Args:
        dependant: FastAPI's description of the function.
        prefix: The start of the keys of their values.
    """
    return [
        Parameter(prefix + field.name, source, field)
        for source in SOURCES
        for field in getattr(dependant, f"{source}_params")
    ]


def name_of(field: Field) -> str:
    """Return the name of a parameter in a request.

    Raises:
        NotPlannedError: It has several.
    """
    alias = field.field_info.validation_alias
    if isinstance(alias, AliasChoices | AliasPath):
        raise NotPlannedError(f"{field.name!r} has several names")
    return alias or field.alias
