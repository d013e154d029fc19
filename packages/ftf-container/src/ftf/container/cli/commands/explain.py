"""`ftf container explain`."""

from typing import Annotated

from .._console import Console
from .._keys import find_key
from ..discovery._application import Application
from ..parameters._markers import Argument


def explain(
    key: Annotated[str, Argument(help="A service, by its name or as module:Class.")],
    application: Application,
    console: Console,
) -> None:
    """Show what a service is built from."""
    explanation = application.container.explain(find_key(application.container, key))
    console.line(str(explanation))
