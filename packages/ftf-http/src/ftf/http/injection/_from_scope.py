"""Dependencies that read a value from the ASGI scope."""

from abc import ABC, abstractmethod

from starlette.requests import HTTPConnection
from starlette.types import Scope


class FromScope[T](ABC):
    """A dependency that reads a value from the ASGI scope, for which no request object is made."""

    async def __call__(self, connection: HTTPConnection) -> T:
        """Return the value, where FastAPI serves the request."""
        return self.read(connection.scope)

    @abstractmethod
    def read(self, scope: Scope) -> T:
        """Return the value that a request gives."""
