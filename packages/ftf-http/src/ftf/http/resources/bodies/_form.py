"""`Form` and `Validated`: a body with the questions that are asked before and after it is read."""

from typing import TYPE_CHECKING, Annotated, Any, Final, override

from fastapi import Depends
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from ftf.container import Container, GraphError
from ftf.orm import Fault, RuleViolation

from ...injection._early_checks import EarlyCheck
from ...injection._type_parameters import type_arguments
from ...problems._fault import pointer_to
from ...request._scope import scope_of
from ._checked import RuleCheck, injected, place_of_body, signature_of
from ._rules_in import has_rules

_FORMS: Final = "ftf.http.forms"  # in the scope of a request: its forms, by class


class Faults:
    """What a form finds wrong with a body; all of it is one 422.

    Args:
        place: The name of the body, if the request has several.
    """

    def __init__(self, place: str = "") -> None:
        self._place = pointer_to(*([place] if place else []))
        self._found: list[Fault] = []

    def add(self, pointer: str, *, code: str, detail: str, **facts: object) -> None:
        """Add a fault.

        Args:
            pointer: Where in the body, as a JSON pointer (RFC 6901), such as "/lines/0/quantity".
            code: What, for programs, such as "stock".
            detail: What, for people.
            facts: The facts of the detail, by name, which the answer shows.
        """
        self._found.append(Fault(self._place + pointer, code, detail, facts))

    def raise_any(self) -> None:
        """Raise if there is a fault.

        Raises:
            RuleViolation: There is one.
        """
        if self._found:
            raise RuleViolation(self._found)


class Form[T: BaseModel]:
    """A body with what is asked around it: `class PlaceOrder(Form[OrderIn])`.

    A handler takes it as `form: Validated[PlaceOrder]`. It is a service: its constructor is
    injected, and it is built once for a request.

    Attributes:
        body: The body; there when `check` has found nothing.
    """

    body: T

    async def authorize(self) -> None:
        """Refuse the request, before its body is read, by raising; override it to ask a policy."""

    async def check(self, body: T, faults: Faults) -> None:
        """Add what is wrong with a body that its schema and its rules allow.

        Args:
            body: The body.
            faults: Takes what is wrong.
        """


class FormAuthorization(EarlyCheck):
    """Asks a form before the body is read.

    Args:
        form: The class of the form.
    """

    def __init__(self, form: type[Form[Any]]) -> None:
        self._form = form

    @override
    async def __call__(self, connection: HTTPConnection) -> None:
        """Build the form and ask it, once for a request."""
        forms: dict[type, Form[Any]] = connection.scope.setdefault(_FORMS, {})
        if self._form not in forms:
            forms[self._form] = form = await scope_of(connection.scope).aresolve(self._form)
            await form.authorize()

    @override
    def fault(self, container: Container) -> Exception | None:
        """Return why the form cannot be built."""
        try:
            container.validate(self._form)
        except GraphError as error:
            return error
        return None


class FormReader:
    """A FastAPI dependency that reads the body of a form, and asks the form about it.

    Args:
        form: The class of the form.

    Raises:
        TypeError: It is not a form of a schema.
    """

    def __init__(self, form: type[Form[Any]]) -> None:
        schema = _schema_of(form)
        self._form = form
        self._rules = RuleCheck(schema) if has_rules(schema) else None
        hints = {
            "allowed": Annotated[object, Depends(FormAuthorization(form))],
            "body": schema,
            "connection": HTTPConnection,
        }
        if self._rules is not None:
            hints["session"] = injected(AsyncSession)
        self.__signature__ = signature_of(hints)

    async def __call__(
        self,
        allowed: object,  # noqa: ARG002  # asked before
        body: BaseModel,
        connection: HTTPConnection,
        session: AsyncSession | None = None,
    ) -> Form[Any]:
        """Return the form with its body.

        Raises:
            RuleViolation: A rule is broken, or the form has found a fault.
        """
        if self._rules is not None and session is not None:
            await self._rules(body, connection, session)
        form: Form[Any] = connection.scope[_FORMS][self._form]
        faults = Faults(place_of_body(connection))
        await form.check(body, faults)
        faults.raise_any()
        form.body = body
        return form


def _schema_of(form: object) -> type[BaseModel]:
    if isinstance(form, type) and issubclass(form, Form):
        (parameter,) = Form.__type_params__
        schema = type_arguments(form)[parameter]
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            return schema
    raise TypeError(f"Validated[...] takes a class of `Form[Schema]`, not {form!r}.")


if TYPE_CHECKING:
    type Validated[F: Form[Any]] = Annotated[F, FormReader]
else:
    from ._checked import Marked

    class Validated(Marked):
        """The form of a body: `form: Validated[PlaceOrder]`, whose body is `form.body`.

        The form is asked before the body is read, and again when the schema and its rules have
        allowed the body.
        """

        make = FormReader
