"""The application of a project: where it is named, its import and its container."""

import inspect
import os
import sys
from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from .._exit import FAILED, WRONG_USAGE, Exit
from ._project import Project

if TYPE_CHECKING:
    from ..._container import Container

_HERE = str(Path(__file__).parents[1])
_LOOKED_FOR = "--app, FTF_APP, [tool.ftf] app, [tool.fastapi] entrypoint"


class Application:
    """The application that a project, a variable or the command line names; imported on first use.

    Args:
        target: `module:attribute`, or `module:function()` to call a function.
        source: Where it is named, such as "[tool.ftf] app".
        loaded: The application, if it is at hand.
        container: Its container, if it is at hand.
    """

    def __init__(
        self,
        target: str,
        source: str,
        *,
        loaded: object = None,
        container: "Container | None" = None,
    ) -> None:
        self.target = target
        self.source = source
        self._loaded = loaded
        self._container = container

    @property
    def is_given(self) -> bool:
        """Whether the container belongs to the caller, who closes it."""
        return self._container is not None

    @cached_property
    def app(self) -> object:
        """The application.

        Raises:
            Exit: It cannot be imported, or is not an application.
        """
        if self._loaded is not None:
            return self._loaded
        from ..._container import Container  # `--help` needs none

        found = self._made(self._imported())
        if not (callable(found) or isinstance(found, Container)):
            raise self._refusal(f"{found!r} is not an application or a Container.")
        return found

    @cached_property
    def container(self) -> "Container":
        """The application's container.

        Raises:
            Exit: It has none.
        """
        if self._container is not None:
            return self._container
        from ..._container import Container  # `--help` needs none

        app = self.app
        layers = getattr(app, "user_middleware", ())
        given = [getattr(layer, "kwargs", {}).get("container") for layer in layers]
        found = (app, getattr(app, "container", None), *given)
        for each in found:
            if isinstance(each, Container):
                return each
        raise self._refusal(
            f"{app!r} has no container: use FastTrackFramework, add ScopeMiddleware, or name a "
            "Container."
        )

    def __str__(self) -> str:
        return f"{self.target} ({self.source})"

    def _imported(self) -> object:
        module, _, attribute = self.target.partition(":")
        if not (module and attribute.removesuffix("()")):
            raise self._refusal("write module:attribute, or module:function() to call a function.")
        try:
            found: object = attrgetter(attribute.removesuffix("()"))(import_module(module))
        except ModuleNotFoundError as error:
            if not f"{module}.".startswith(f"{error.name}."):
                raise self._failure(error) from error
            raise self._refusal(
                f"there is no module {error.name!r} in {sys.path[0] or Path.cwd()}."
            ) from None
        except AttributeError as error:
            if module not in sys.modules:
                raise self._failure(error) from error
            raise self._refusal(f"{error}.") from None
        except Exception as error:
            raise self._failure(error) from error
        return found

    def _made(self, found: object) -> object:
        if not self.target.endswith("()"):
            return found
        if not callable(found):
            raise self._refusal(f"{found!r} cannot be called: leave out the parentheses.")
        try:
            inspect.signature(found).bind()
        except TypeError as error:
            raise self._refusal(f"the function cannot be called without arguments: {error}.") from (
                None
            )
        except ValueError:  # a function written in C has no signature
            pass
        try:
            made = found()
        except Exception as error:
            raise self._failure(error) from error
        if inspect.iscoroutine(made):
            made.close()
            raise self._refusal("the function is async: return the application from a plain one.")
        return made

    def _refusal(self, problem: str) -> Exit:
        return Exit(f"The application is {self}, but {problem}", WRONG_USAGE)

    def _failure(self, error: Exception) -> Exit:
        """Return an error with the traceback, cut to the frames of the application."""
        from traceback import TracebackException

        trace = TracebackException.from_exception(error)
        own = [frame for frame in trace.stack if not _is_import(frame.filename)]
        trace.stack[:] = own
        text = "".join(trace.format()).rstrip()
        return Exit(f"The application {self} cannot be imported:\n{text}", FAILED)


def _is_import(filename: str) -> bool:
    imports = (
        filename.startswith("<frozen importlib") or filename == import_module.__code__.co_filename
    )
    return imports or filename.startswith(_HERE)


def find_application(
    project: Project | None, given: str = "", variables: Mapping[str, str] = os.environ
) -> Application | None:
    """Return the application: that of `--app`, else `FTF_APP`, else of the project."""
    settings = project.settings if project else {}
    named = (
        (given, "--app"),
        (variables.get("FTF_APP", ""), "FTF_APP"),
        (str(settings.get("app", "")), "[tool.ftf] app"),
        (project.entrypoint if project else "", "[tool.fastapi] entrypoint"),
    )
    return next((Application(*each) for each in named if each[0]), None)


def no_application() -> Exit:
    """Return the error of a command that needs an application where none is named."""
    return Exit(f"No application is named. These were looked for: {_LOOKED_FOR}.", WRONG_USAGE)
