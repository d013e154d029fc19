"""How policies become a part of an application: their services and the answer to a refusal."""

from collections.abc import MutableMapping
from importlib.util import find_spec
from typing import Any, Final, Protocol, cast

from starlette.requests import Request
from starlette.responses import Response

from ftf.container import Container

from ...problems._handlers import Handler, Kind, answering, handled, handler_of, with_text
from ._ability import AnyPolicy
from ._gate import Gate
from ._registry import PolicyRegistry
from .exceptions import RecordHidden

_NOT_FOUND: Final = Kind(404, type="not-found")


class Application(Protocol):
    """What policies need of `FastTrackFramework`, which imports this module."""

    problem_details: bool

    @property
    def exception_handlers(self) -> MutableMapping[Any, Any]:
        """The exception handlers, by status or class."""
        ...

    @property
    def container(self) -> Container:
        """The application's container."""
        ...


def add_policy(app: Application, model: type, policy: type[AnyPolicy]) -> None:
    """Add the policy of a model; the first call registers the services of policies.

    Raises:
        InvalidPolicyError: It is not a policy of a class of users, or the model has one already.
    """
    container = app.container
    if PolicyRegistry not in container:
        container.instance(PolicyRegistry, PolicyRegistry())
        container.register(Gate, scope="scoped")
        app.exception_handlers.setdefault(RecordHidden, _hidden(app))
    container.resolve(PolicyRegistry).add(model, policy)
    if policy not in container:
        container.register(policy, scope="scoped")


def _hidden(app: Application) -> Handler:
    """Return the handler that answers as to a record that does not exist."""
    plain = answering(with_text(_NOT_FOUND, problem_details=app.problem_details))

    async def answer(request: Request, error: Exception) -> Response:
        missing = _missing(cast("RecordHidden", error))
        return await handled(handler_of(app, missing, answer) or plain, request, missing)

    return answer


def _missing(error: RecordHidden) -> Exception:
    """Return the error of a record that does not exist, which users may answer by a handler."""
    if find_spec("ftf.orm") is None:
        return error
    from ftf.orm import RecordNotFound  # noqa: PLC0415  # optional

    return RecordNotFound(error.model)
