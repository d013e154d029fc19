"""What is wrong with settings. No value of a variable is ever a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .._dependency_path import Step, name_of
from ..exceptions import DependencyResolutionError


@dataclass(frozen=True, slots=True)
class SettingsFault:
    """A variable that is missing or wrong.

    Args:
        variable: Its name, as it is set, such as "MAIL__PORT".
        problem: What is wrong with it.
        source: Where it is set; empty if it is not.
        nearest: A similar name that is set, which may have been meant; empty if there is none.
        nearest_source: Where that one is set.
    """

    variable: str
    problem: str
    source: str = ""
    nearest: str = ""
    nearest_source: str = ""

    def __str__(self) -> str:
        place = f" ({self.source})" if self.source else ""
        text = f"{self.variable}{place} {self.problem}."
        if self.nearest:
            text += f" Is {self.nearest} ({self.nearest_source}) meant to be it?"
        return text


class InvalidSettingsError(DependencyResolutionError):
    """Settings cannot be read. It holds every fault, and no value.

    Args:
        settings: The class of the settings.
        faults: What is wrong, in order of the fields.
        looked_for: Where variables were looked for, first the one that takes precedence.
    """

    def __init__(
        self, settings: type, faults: Sequence[SettingsFault], looked_for: Sequence[str] = ()
    ) -> None:
        super().__init__((Step(settings),))
        self.settings: type = settings
        self.faults: tuple[SettingsFault, ...] = tuple(faults)
        self.looked_for: tuple[str, ...] = tuple(looked_for)

    def __str__(self) -> str:
        lines = [
            f"{name_of(self.settings)} cannot be read:",
            *(f"  {each}" for each in self.faults),
        ]
        if self.looked_for:
            lines.append(f"Looked for in: {', '.join(self.looked_for)}.")
        if len(self.looked_for) == 1:  # the environment of the process
            lines.append("No file is read in production; `FTF_ENV=local` reads `.env`.")
        lines.append("Set these variables; `ftf config example` writes a file with all of them.")
        return "\n".join(lines)
