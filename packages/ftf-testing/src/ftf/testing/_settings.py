"""The settings of the plugin: from the command line, the environment or the ini file."""

import os
from importlib import import_module
from operator import attrgetter

import pytest


def declare(parser: pytest.Parser, **texts: str) -> None:
    """Declare settings, each with what `--help` says about it."""
    group = parser.getgroup("ftf", "Fast Track Framework")
    for name, text in texts.items():
        option, variable = f"--{name.replace('_', '-')}", name.upper()
        parser.addini(name, f"{text}; {option} and {variable} go before")
        group.addoption(option, dest=name, metavar="...", help=f"{text}; goes before {variable}")


def read(config: pytest.Config, name: str) -> str:
    """Read the command line, the environment or the ini file; the first that says something."""
    given = config.getoption(name) or os.environ.get(name.upper()) or config.getini(name)
    return str(given or "")


def load(config: pytest.Config, name: str) -> object:
    """Import what a setting names: `module:name`, or `module:name()` to call what makes it.

    Raises:
        UsageError: There is no such thing.
    """
    target = read(config, name)
    module, _, attribute = target.partition(":")
    if not (module and attribute):
        raise _refusal(name, target, "it names no module and object")
    try:
        found: object = attrgetter(attribute.removesuffix("()"))(import_module(module))
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise  # something that the module imports
        raise _refusal(name, target, f"{error} (see `pythonpath`)") from error
    except AttributeError as error:
        raise _refusal(name, target, str(error)) from error
    return found() if callable(found) and attribute.endswith("()") else found


def _refusal(name: str, target: str, problem: str) -> pytest.UsageError:
    remedy = "Write `module:name`, or `module:name()` to call what makes it."
    return pytest.UsageError(f"{name} = {target}: {problem}. {remedy}")
