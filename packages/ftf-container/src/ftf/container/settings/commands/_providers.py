"""The settings that the commands are about."""

from collections.abc import Sequence

from ...cli import Application, Exit
from .._settings import AppSettings
from ..provider import RegisteredSettings, SettingsProvider


def providers_of(application: Application) -> Sequence[SettingsProvider[AppSettings]]:
    """Return the providers of settings of an application.

    Raises:
        Exit: It has none.
    """
    found = RegisteredSettings.of(application.container).all
    if not found:
        raise Exit(f"{application} has no settings: add `ftf.container.settings.SettingsProvider`.")
    return found
