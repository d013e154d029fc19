"""How settings are read, and how their faults are reported without a value."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

from .._dependency_path import name_of
from ._layers import Layer, holds, layers_of
from ._variables import Variable, leaves, variable_at, variables_of
from .exceptions import InvalidSettingsError, SettingsFault

ARGUMENTS = "SettingsProvider"

# The kinds of errors whose text holds what a field expects, and nothing of what it was given.
_HARMLESS = {
    "bool_parsing",
    "bool_type",
    "date_from_datetime_parsing",
    "date_parsing",
    "date_type",
    "datetime_from_date_parsing",
    "datetime_parsing",
    "datetime_type",
    "decimal_parsing",
    "decimal_type",
    "dict_type",
    "enum",
    "float_parsing",
    "float_type",
    "frozen_set_type",
    "greater_than",
    "greater_than_equal",
    "int_from_float",
    "int_parsing",
    "int_type",
    "less_than",
    "less_than_equal",
    "list_type",
    "literal_error",
    "model_type",
    "multiple_of",
    "set_type",
    "string_pattern_mismatch",
    "string_too_long",
    "string_too_short",
    "string_type",
    "time_delta_parsing",
    "time_delta_type",
    "too_long",
    "too_short",
    "tuple_type",
    "url_parsing",
    "url_scheme",
}


def read[S: BaseSettings](settings: type[S], values: Mapping[str, object]) -> S:
    """Return settings.

    Args:
        settings: Their class.
        values: Values of fields, which take precedence over all variables.

    Raises:
        InvalidSettingsError: Variables are missing or wrong, or a file cannot be read.
        UnknownEnvironmentError: The environment does not exist.
    """
    layers = layers_of(settings)
    made = _attempt(settings, values, layers)
    if isinstance(made, BaseSettings):
        return made
    # Raised here, because the error's context, and the locals of its frames, would hold values.
    raise InvalidSettingsError(settings, made, [layer.name for layer in layers])


def _attempt[S: BaseSettings](
    settings: type[S], values: Mapping[str, object], layers: Sequence[Layer]
) -> S | list[SettingsFault]:
    given: dict[str, Any] = dict(values)
    try:
        return settings(**given)
    except ValidationError as error:
        report = _Report(settings, values, layers)
        details = error.errors(include_url=False, include_input=False)
        return [fault for each in details for fault in report.faults(each)]
    except Exception as error:  # noqa: BLE001  # a validator's; its text may hold a value
        problem = f"cannot be checked: a validator raised {type(error).__name__}{_place(error)}"
        return [SettingsFault(name_of(settings), problem)]


def source_of(variable: Variable, values: Mapping[str, object], layers: Sequence[Layer]) -> str:
    """Return where a variable is set; nothing if it is not."""
    if holds(values, variable.path):
        return ARGUMENTS
    found = (layer.name for layer in layers if holds(layer.source(), variable.path))
    return next(found, "")


class _Report:
    def __init__(
        self, settings: type[BaseSettings], values: Mapping[str, object], layers: Sequence[Layer]
    ) -> None:
        self._settings = settings
        self._values = values
        self._layers = layers

    def faults(self, error: ErrorDetails) -> Iterator[SettingsFault]:
        """Return the faults that an error of pydantic stands for."""
        variable = variable_at(self._settings, error["loc"])
        if variable is None:
            yield SettingsFault(name_of(self._settings), _problem(error))
        elif error["type"] == "missing":
            required = [each for each in leaves(self._settings, variable) if each.is_required]
            for each in required or [variable]:
                yield SettingsFault(each.name, "is missing", "", *self._nearest(each.name))
        else:
            source = source_of(variable, self._values, self._layers)
            yield SettingsFault(variable.name, _problem(error), source)

    def _nearest(self, name: str) -> tuple[str, str]:
        """Return the similar name that is set and is not a setting, and where it is set."""
        known = {each.name for each in variables_of(self._settings)}
        for layer in self._layers:
            names = [each for each in layer.variables if each not in known]
            if found := get_close_matches(name, names, n=1, cutoff=0.8):
                return found[0], layer.name
        return "", ""


def _problem(error: ErrorDetails) -> str:
    kind, text = error["type"], error["msg"]
    if kind in _HARMLESS:
        expected, _, _ = text.partition(", not ")  # how long a secret is does not matter either
        return f"is not valid: {expected[0].lower()}{expected[1:]}"
    return f"is not valid: {kind}{_place(error.get('ctx', {}).get('error'))}"


def _place(error: object) -> str:
    """Return the line of the validator that raised an error; nothing if pydantic itself did."""
    frames = extract_tb(error.__traceback__) if isinstance(error, Exception) else []
    return f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
