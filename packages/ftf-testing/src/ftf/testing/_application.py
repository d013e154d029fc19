"""The application under test, as the project's settings name it."""

from importlib import import_module
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from ._exchange import ASGIApplication


def load(target: str) -> "ASGIApplication":
    """Import an application: `module:name`, or `module:name()` to call what makes it.

    Raises:
        pytest.UsageError: There is no such thing.
    """
    module, _, name = target.partition(":")
    if not (module and name):
        raise _refusal(target, "it names no module and object")
    try:
        found: object = import_module(module)
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise  # something that the module imports
        raise _refusal(target, f"{error} (see `pythonpath`)") from error
    found = getattr(found, name.removesuffix("()"), None)
    if callable(found) and name.endswith("()"):
        found = found()
    if not callable(found):
        raise _refusal(target, f"{found!r} is no ASGI application")
    return cast("ASGIApplication", found)


def _refusal(target: str, problem: str) -> pytest.UsageError:
    remedy = "Write `module:app`, or `module:make_app()` to make an application for each test."
    return pytest.UsageError(f"ftf_app = {target}: {problem}. {remedy}")
