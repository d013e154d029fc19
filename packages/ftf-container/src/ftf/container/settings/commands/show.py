"""`ftf config show`."""

from ...cli import Application, Console, Exit
from .._layers import layers_of
from .._reading import source_of
from .._variables import variables_of
from ..exceptions import InvalidSettingsError
from ._providers import providers_of


def show(application: Application, console: Console) -> None:
    """Show which variables are set, and where; no values.

    The exit code is 1 if one is missing or wrong.
    """
    rows: list[tuple[str, str]] = []
    faults: list[str] = []
    for provider in providers_of(application):
        try:
            layers = layers_of(provider.settings)
            for each in variables_of(provider.settings):
                unset = "missing" if each.is_required else "default"
                rows.append((each.name, source_of(each, provider.values, layers) or unset))
            provider.read()
        except InvalidSettingsError as error:
            faults.append(str(error))
    console.table(rows)
    console.document(
        settings=[{"variable": name, "source": source} for name, source in rows], faults=faults
    )
    if faults:
        raise Exit("\n".join(faults))
