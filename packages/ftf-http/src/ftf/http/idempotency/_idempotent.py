"""`idempotent`: routes whose requests may be sent again, and are executed once."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Final, override

from fastapi import Header
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from ftf.container import Container

from ..injection._early_checks import EarlyDependency, Handler, SurroundingCheck
from ..request._scope import scope_of
from ._answers import Answer, alone, store_answer, stored_answer
from ._key import HEADER, REPLAYED, fingerprint_of, identity_of, key_in
from .exceptions import InvalidIdempotencyKey, UnstorableAnswerError

type Caller = Callable[[HTTPConnection], str]

_SURROUNDED: Final = "ftf.http.idempotent"
_MOST: Final = 256 * 1024
_ERROR: Final = 400
_UNSTORED: Final = {"content-length", "set-cookie"}


class _NotStoredError(Exception):
    """Rolls back what a handler wrote that answers with an error."""

    def __init__(self, response: Response) -> None:
        self.response = response


class IdempotencyCheck(SurroundingCheck):
    """Stores the answer of a request with a key, and answers the next one by it.

    Args:
        required: Whether a request needs a key.
        caller: Returns who sends a request; by default the user of a guard.
    """

    answers: ClassVar[tuple[int, ...]] = (400, 409, 422)

    def __init__(self, caller: Caller | None, *, required: bool) -> None:
        self._caller = caller
        self._required = required

    @override
    async def __call__(
        self,
        connection: HTTPConnection,
        key: Annotated[  # documents it; it is read below
            str | None,
            Header(alias=HEADER, description="A new text for each request; the same to repeat it."),
        ] = None,
    ) -> None:
        """Do nothing: the request is surrounded.

        Raises:
            RuntimeError: It is not, because its route is of another class.
        """
        if _SURROUNDED not in connection.scope:
            raise RuntimeError(
                "idempotent needs an ftf.http.Route: declare the route on FastTrackFramework, "
                "Router or Controller."
            )

    @override
    def fault(self, container: Container) -> Exception | None:
        """Return why requests cannot be told apart by their callers, or answers not be stored."""
        from ..auth._visitor import Visitor  # noqa: PLC0415  # light, and of another room

        if AsyncSession not in container:
            return ValueError("idempotent stores answers by ftf-orm: add a DatabaseProvider.")
        if self._caller is None and Visitor not in container:
            return ValueError(
                "idempotent does not know who sends a request, whose answer no other may get.\n"
                "Add a guard, or pass `idempotent(caller=...)`, a function of the connection."
            )
        return None

    @override
    async def surround(self, request: Request, handle: Handler) -> Response:
        """Return the answer of a request, or the stored one of the request before.

        Raises:
            InvalidIdempotencyKey: There is no key, or none that can be read.
            KeyInUse: Another request with the key is being served.
            KeyReused: The key belongs to another request.
        """
        request.scope[_SURROUNDED] = True
        key = key_in(request.headers.getlist(HEADER))
        if key is None:
            if self._required:
                raise InvalidIdempotencyKey(f"Send the header {HEADER} with a new text.")
            return await handle(request)
        identity = identity_of(request, await self._sender(request), key)
        fingerprint = await fingerprint_of(request)
        session = await scope_of(request.scope).aresolve(AsyncSession)
        try:
            async with alone(session, identity):
                stored = await stored_answer(session, identity, fingerprint)
                if stored is not None:
                    headers = {**stored.headers, REPLAYED: "true"}
                    return Response(stored.body, stored.status, headers)
                response = await handle(request)
                await store_answer(session, identity, fingerprint, _answer_of(response))
        except _NotStoredError as error:
            return error.response
        return response

    async def _sender(self, request: Request) -> str:
        if self._caller is not None:
            return self._caller(request)
        from ..auth._visitor import Visitor  # noqa: PLC0415

        visitor = await scope_of(request.scope).aresolve(Visitor)
        if visitor.identity is None:
            raise InvalidIdempotencyKey(f"{HEADER} is for requests with a credential.")
        return visitor.identity.subject


class idempotent(EarlyDependency):  # noqa: N801  # a decorator
    """Execute requests with one `Idempotency-Key` once: `@idempotent()` below `@post()`.

    The answer below 400 is stored in the transaction of the work, and is what the next request with
    the key gets, with `Idempotency-Replayed: true`. Whatever fails leaves no key. The database
    needs the table of `add_idempotency_table`. It is a FastAPI dependency too, and what a resource
    has as its `idempotency`.

    Args:
        required: Whether a request without a key is refused.
        caller: Returns who sends a request, so that none gets the answer of another; by default
            the user that a guard knows.
    """

    def __init__(self, *, required: bool = False, caller: Caller | None = None) -> None:
        super().__init__(IdempotencyCheck(caller, required=required))


def _answer_of(response: Response) -> Answer:
    """Return what is stored of a response.

    Raises:
        UnstorableAnswerError: It is a stream, or too long.
    """
    if response.status_code >= _ERROR:
        raise _NotStoredError(response)
    body: object = getattr(response, "body", None)
    if not isinstance(body, bytes):
        raise UnstorableAnswerError("is a stream")
    if len(body) > _MOST:
        raise UnstorableAnswerError(f"has {len(body)} bytes, more than {_MOST}")
    kept = {name: text for name, text in response.headers.items() if name not in _UNSTORED}
    return Answer(response.status_code, kept, body)
