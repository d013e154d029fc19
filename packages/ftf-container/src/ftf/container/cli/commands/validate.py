"""`ftf container validate`."""

from ..._container import Container
from ...exceptions import GraphError
from .._console import Console
from .._exit import Exit
from .._run import own_parameters
from ..discovery._application import Application
from ..discovery._index import own_commands
from ..discovery._project import Project
from ..parameters._signature import signature_of


def validate(application: Application, project: Project | None, console: Console) -> None:
    """Check that all services can be built."""
    container, faults = application.container, _faults_of_app(application)
    for entry in own_commands(project) if project else ():
        signature = signature_of(entry)
        given = [each.name for each in signature.plain] + own_parameters(signature)
        container.declare(signature.function, *given, label=f"ftf {entry.name}")
    faults += _faults(container, faults)
    console.document(application=application.target, faults=faults)
    if faults:
        raise Exit("\n\n".join(faults))
    console.line(f"Every service of {application} can be built.")


def _faults_of_app(application: Application) -> list[str]:
    """Return the faults of routes, middleware and readiness checks, where there are any."""
    check = getattr(application.app, "validate_injections", None)
    try:
        if check is not None:
            check()
    except GraphError as error:
        return [str(error)]
    return []


def _faults(container: Container, known: list[str]) -> list[str]:
    try:
        container.validate()
    except GraphError as error:
        texts = [str(fault) for fault in error.faults]
        return [text for text in texts if not any(text in each for each in known)]
    return []
