"""Settings of an application: read from the environment and from files, checked at the start."""

from ._settings import AppSettings, SettingsGroup
from .exceptions import InvalidSettingsError, SettingsFault
from .provider import SettingsProvider

__all__ = [
    "AppSettings",
    "InvalidSettingsError",
    "SettingsFault",
    "SettingsGroup",
    "SettingsProvider",
]
