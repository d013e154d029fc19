"""`AppSettings` and `SettingsGroup`: what settings derive from."""

from collections.abc import Iterable
from typing import Any, ClassVar

try:
    from pydantic import BaseModel, ConfigDict
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "ftf.container.settings needs pydantic-settings: pip install 'ftf-container[settings]'",
        name=error.name,
    ) from error

from ._layers import layers_of


class _WithoutValues(BaseModel):
    """A model whose `repr` and `str` show the names of its fields, and no values."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, "***") for name in type(self).model_fields]


class SettingsGroup(_WithoutValues):
    """Settings that belong together: a field `mail` of `AppSettings` is set by `MAIL__HOST`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, validate_default=True
    )


class AppSettings(_WithoutValues, BaseSettings):
    """The settings of an application: its fields are variables of the environment and of files.

    A variable has the name of the field in capitals, within a group `GROUP__FIELD`. It is looked
    for in the environment of the process, then in `.env.local`, `.env.{environment}` and `.env` of
    the working directory. In production no file is read, in testing not `.env.local`;
    `FTF_ENV_FILE` names one file that is read instead, in every environment. An empty variable is
    not set.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_default=True,
        env_nested_delimiter="__",
        env_ignore_empty=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic passes them by name
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where values come from, first what takes precedence."""
        return init_settings, *(layer.source for layer in layers_of(settings_cls))
