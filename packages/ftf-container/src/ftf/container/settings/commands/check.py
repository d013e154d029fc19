"""`ftf config check`."""

from ...cli import Application, Console, Exit
from ..exceptions import InvalidSettingsError
from ..provider import RegisteredSettings


def check(application: Application, console: Console) -> None:
    """Check that the settings can be read."""
    faults: list[str] = []
    for provider in RegisteredSettings.of(application.container).all:
        try:
            provider.read()
        except InvalidSettingsError as error:
            faults.append(str(error))
    console.document(faults=faults)
    if faults:
        raise Exit("\n".join(faults))
    console.line(f"The settings of {application} can be read.")
