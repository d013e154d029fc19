"""`Guard`: finds out who sends a request, by one kind of credential."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from starlette.requests import HTTPConnection

from ftf.container import Lifetime

from ._grant import Grant
from ._identity import Identity
from .exceptions import InvalidAuthError

type Json = Mapping[str, object]


class Guard(ABC):
    """Finds out who sends a request, by one kind of credential.

    The container builds guards: their constructors get services.

    Attributes:
        challenge: The scheme of the header `WWW-Authenticate` of a 401; `None` if browsers send the
            credential by themselves, as they do cookies.
        security_scheme: The security scheme of the OpenAPI document.
        loads_user: Whether the user of the identity is loaded and checked, if the application has
            users; if not, a user who was deactivated is accepted until the credential ends.
        checks_login: Whether the login of the identity is looked up, so that a credential ends with
            a logout; what looks it up by itself, or has none, does not need this.
        lifetime: How long the container keeps a guard, unless it is registered.
        is_repeatable: Whether the credential of a websocket can be read again while it is open; if
            not, as of a ticket that is used once, only its user and its login are checked then.
        prefixes: What the bearer tokens begin with that only this guard reads, as `ftp_`: a
            `BearerGuard` beside it leaves them to it.
    """

    challenge: ClassVar[str | None] = None
    security_scheme: ClassVar[Json] = {"type": "http", "scheme": "bearer"}
    lifetime: ClassVar[Lifetime] = "scoped"
    prefixes: ClassVar[tuple[str, ...]] = ()
    is_repeatable: ClassVar[bool] = True
    loads_user: bool = True
    checks_login: bool = False

    @abstractmethod
    async def authenticate(self, connection: HTTPConnection) -> Identity | None:
        """Return the identity of a request; `None` if it has no credential of this kind.

        It is called before the body is read, at most once for a request, and from time to time
        while a websocket or event stream is open. The name of the guard in the identity is set by
        the application.

        Raises:
            Unauthenticated: The request has a credential of this kind, which is not valid. No other
                guard is asked then.
        """

    async def issue(self, grant: Grant) -> Mapping[str, str]:
        """Return the headers of a request with a new credential of this kind.

        Raises:
            InvalidAuthError: The guard does not issue credentials.
        """
        remedy = "Give it a method `issue`, or choose another guard."
        name = f"{type(self).__qualname__} (subject {grant.subject})"
        raise InvalidAuthError(name, "does not issue credentials", remedy)
