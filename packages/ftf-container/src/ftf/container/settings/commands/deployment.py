"""What is wrong with the secrets of a deployment."""

import re
from collections.abc import Iterator
from functools import reduce
from typing import Final

from pydantic import SecretBytes, SecretStr

from ...cli import Deployment
from .._settings import AppSettings
from .._variables import Variable, variables_of
from ..provider import RegisteredSettings

_SHORTEST: Final = 32
_KEY: Final = re.compile(r"(^|_)(SECRET|KEY|PEPPER|SALT)(_|$)")


def faults(deployment: Deployment) -> Iterator[str]:
    """Return what is wrong with the secrets.

    Raises:
        InvalidSettingsError: They cannot be read, which `ftf check` finds out before.
    """
    for provider in RegisteredSettings.of(deployment.application.container).all:
        settings = provider.read()
        for variable in variables_of(provider.settings):
            if problem := _problem_of(variable, settings):
                yield f"{variable.name} {problem}."


def _problem_of(variable: Variable, settings: AppSettings) -> str:
    """Return what is wrong with a secret; nothing of its value."""
    value: object = reduce(lambda found, names: getattr(found, names[0]), variable.path, settings)
    if not isinstance(value, SecretStr | SecretBytes):
        return ""
    if not value.get_secret_value():
        return "is empty: set it, or make it None by default"
    if value == variable.default:
        return "is its default, which is in the code: set it"
    if _KEY.search(variable.name) and len(value.get_secret_value()) < _SHORTEST:
        return f"has fewer than {_SHORTEST} characters: make another by `openssl rand -hex 32`"
    return ""
