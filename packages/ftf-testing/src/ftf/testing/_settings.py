"""The settings of the plugin: from the command line, the environment or the ini file."""

import os
from importlib import import_module
from operator import attrgetter

import pytest


def declare(parser: pytest.Parser, **texts: str) -> None:
    """Declare settings, each with its text for `--help`."""
    group = parser.getgroup("ftf", "Fast Track Framework")
    for name, text in texts.items():
        option, variable = f"--{name.replace('_', '-')}", name.upper()
        parser.addini(name, f"{text}; {option} and {variable} take precedence")
        group.addoption(
            option, dest=name, metavar="...", help=f"{text}; takes precedence over {variable}"
        )


def read(config: pytest.Config, name: str) -> str:
    """Return a setting of the command line, else the environment, else the ini file, else ""."""
    given = config.getoption(name) or os.environ.get(name.upper()) or config.getini(name)
    return str(given or "")


def load(config: pytest.Config, name: str) -> object:
    """Import what a setting names: `module:name`, or `module:name()` to call a function.

    Raises:
        UsageError: The setting has another form, or there is no such module or object.
    """
    target = read(config, name)
    module, _, attribute = target.partition(":")
    if not (module and attribute):
        raise _refusal(name, target, "it does not name a module and an object")
    try:
        found: object = attrgetter(attribute.removesuffix("()"))(import_module(module))
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise  # an import inside the module failed
        raise _refusal(name, target, f"{error} (see `pythonpath`)") from error
    except AttributeError as error:
        raise _refusal(name, target, str(error)) from error
    return found() if callable(found) and attribute.endswith("()") else found


def _refusal(name: str, target: str, problem: str) -> pytest.UsageError:
    remedy = "Write `module:name`, or `module:name()` to call a function."
    return pytest.UsageError(f"{name} = {target}: {problem}. {remedy}")
