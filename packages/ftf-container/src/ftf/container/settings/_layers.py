"""The layers that variables come from: the environment of the process, and files."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
)

from ..environment import Environment, current_environment
from .exceptions import InvalidSettingsError, SettingsFault

FILE_VARIABLE = "FTF_ENV_FILE"
PROCESS = "process environment"


class _Lenient(PydanticBaseSettingsSource):
    """A source that leaves text which is not JSON to the validation, which reports it by name."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401  # pydantic's
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class _Process(_Lenient, EnvSettingsSource):
    """The environment of the process."""


class _File(_Lenient, DotEnvSettingsSource):
    """A file of variables."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A place that variables come from.

    Args:
        name: What it is called in reports.
        source: What reads it.
    """

    name: str
    source: EnvSettingsSource

    @property
    def variables(self) -> Sequence[str]:
        """The names of the variables that it sets."""
        return [name.upper() for name in self.source.env_vars]


def layers_of(settings: type[BaseSettings]) -> list[Layer]:
    """Return the layers of settings, first the one that takes precedence.

    Raises:
        InvalidSettingsError: A file cannot be read.
        UnknownEnvironmentError: The environment does not exist.
    """
    files = [_layer(settings, file) for file in env_files(os.environ)]
    return [Layer(PROCESS, _Process(settings)), *files]


def env_files(variables: Mapping[str, str]) -> list[Path]:
    """Return the files of variables, first the one that takes precedence; they may not exist."""
    if named := variables.get(FILE_VARIABLE, "").strip():
        return [Path(named)]
    environment = current_environment(variables)
    if environment is Environment.PRODUCTION:
        return []
    own = [] if environment is Environment.TESTING else [".env.local"]
    return [Path(name) for name in dict.fromkeys([*own, f".env.{environment}", ".env"])]


def _layer(settings: type[BaseSettings], file: Path) -> Layer:
    is_named = bool(os.environ.get(FILE_VARIABLE, "").strip())
    if is_named and not file.is_file():
        fault = SettingsFault(FILE_VARIABLE, "names a file that does not exist", PROCESS)
        raise InvalidSettingsError(settings, [fault])
    name = FILE_VARIABLE if is_named else file.name
    try:
        # "utf-8-sig": a file may begin with a byte order mark.
        return Layer(name, _File(settings, env_file=file, env_file_encoding="utf-8-sig"))
    except (OSError, UnicodeError):
        pass  # the error is raised below, because its context would hold what the file contains
    raise InvalidSettingsError(settings, [SettingsFault(name, "is not a readable file of UTF-8")])


def holds(values: object, path: Sequence[Sequence[str]]) -> bool:
    """Return whether values have one at a path, each part of which may have several names."""
    current = values
    for names in path:
        if isinstance(current, BaseModel):
            return True
        if not isinstance(current, Mapping):
            return False
        found = cast("Mapping[str, object]", current)
        name = next((each for each in names if each in found), None)
        if name is None:
            return False
        current = found[name]
    return True
