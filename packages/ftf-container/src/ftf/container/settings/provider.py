"""`SettingsProvider`, which registers settings as a service, and reads them at the start."""

from collections.abc import Mapping, Sequence
from typing import Self

from .._container import Container
from .._dependency_path import Step, name_of
from .._provider import ServiceProvider
from ..exceptions import InvalidRegistrationError
from ._reading import read
from ._settings import AppSettings
from ._variables import first_variables


class SettingsProvider[S: AppSettings](ServiceProvider):
    """Registers a class of settings as a singleton.

    They are read when the application starts, before any other provider boots, or when a service
    that needs them is built. Importing the application reads nothing.

    Args:
        settings: The class.
        values: Values of fields, which take precedence over all variables.

    Raises:
        InvalidRegistrationError: It is no class of settings, or a value is of no field.
    """

    priority = -1000  # what other providers boot may need the settings

    def __init__(self, settings: type[S], values: Mapping[str, object] | None = None) -> None:
        _check(settings, values or {})
        self.settings: type[S] = settings
        self.values: Mapping[str, object] = values or {}

    def register(self, container: Container) -> None:
        """Register the class."""
        RegisteredSettings.of(container).add(self)
        container.register(self.settings, self.read, scope="singleton")

    async def boot(self, container: Container) -> None:
        """Read the settings, unless a test has replaced them.

        Raises:
            InvalidSettingsError: Variables are missing or wrong.
        """
        await container.aresolve(self.settings)

    def read(self) -> S:
        """Return the settings.

        Raises:
            InvalidSettingsError: Variables are missing or wrong, or a file cannot be read.
            UnknownEnvironmentError: The environment does not exist.
        """
        return read(self.settings, self.values)


class RegisteredSettings:
    """The providers of settings of one container, which the commands ask for."""

    def __init__(self) -> None:
        self._all: list[SettingsProvider[AppSettings]] = []

    @classmethod
    def of(cls, container: Container) -> Self:
        """Return those of a container; register them at first."""
        if cls not in container:
            container.instance(cls, cls())
        return container.resolve(cls)

    def add[S: AppSettings](self, provider: SettingsProvider[S]) -> None:
        """Add a provider."""
        self._all.append(provider)  # type: ignore[arg-type]  # S is invariant, and only read

    @property
    def all(self) -> Sequence[SettingsProvider[AppSettings]]:
        """The providers, in the order in which they registered."""
        return tuple(self._all)


def _check(settings: object, values: Mapping[str, object]) -> None:
    if not isinstance(settings, type) or not issubclass(settings, AppSettings):
        # Only its type is named: the text of an instance may hold values.
        kind = settings if isinstance(settings, type) else type(settings)
        problem = f"SettingsProvider was not given a class of settings ({name_of(kind)})."
        remedy = "Pass a class that derives from `AppSettings`, and no instance of it."
        raise InvalidRegistrationError((Step(kind),), problem, remedy)
    known = {name for each in first_variables(settings) for name in each.path[0]}
    if unknown := sorted(values.keys() - known):
        problem = f"{name_of(settings)} has no fields called {', '.join(unknown)}."
        remedy = f"Its fields are {', '.join(settings.model_fields)}."
        raise InvalidRegistrationError((Step(settings),), problem, remedy)
