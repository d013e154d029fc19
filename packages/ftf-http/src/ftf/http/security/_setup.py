"""What an application makes of its options of security: layers, headers, a check of requests."""

from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.types import Scope

from ._connection_check import ConnectionCheck
from ._csrf import CrossSite, CsrfMiddleware
from ._layer import ConnectionMiddleware
from ._options import SecurityOptions
from ._response_headers import ResponseHeaders


class Application(Protocol):
    """What the layers need to know of FastAPI."""

    docs_url: str | None
    redoc_url: str | None
    swagger_ui_oauth2_redirect_url: str | None


class Security:
    """The parts of an application that its options of security ask for.

    Args:
        application: The application.
        options: Its options.

    Attributes:
        headers: The headers of its responses.
        around_cors: The layers that stand outside of CORS.
        within_cors: The layers that stand inside of it.
    """

    def __init__(self, application: Application, options: SecurityOptions) -> None:
        urls = (
            application.docs_url,
            application.redoc_url,
            application.swagger_ui_oauth2_redirect_url,
        )
        self.headers = ResponseHeaders(options, [url for url in urls if url])
        self._check = check = ConnectionCheck(application, options)
        self._cross_site = None if options.csrf == "off" else CrossSite(options)
        self.around_cors: list[Middleware] = [
            Middleware(ConnectionMiddleware, application=application, check=check)
        ]
        self.within_cors: list[Middleware] = (
            [Middleware(CsrfMiddleware, application=application, cross_site=self._cross_site)]
            if self._cross_site
            else []
        )

    def admits(self, scope: Scope) -> bool:
        """Return whether the layers would pass a request on, and set in its scope what they do."""
        try:
            redirect = self._check.examine(scope)
        except HTTPException:
            return False
        if redirect is not None:
            return False
        return self._cross_site is None or not self._cross_site.refuses(scope)
