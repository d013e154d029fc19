"""How the options of security become layers of an application."""

from typing import Protocol

from starlette.middleware import Middleware

from ._csrf import CsrfMiddleware
from ._layer import ConnectionMiddleware
from ._options import SecurityOptions


class Application(Protocol):
    """What the layers need to know of FastAPI."""

    docs_url: str | None
    redoc_url: str | None
    swagger_ui_oauth2_redirect_url: str | None


def connection_layer(application: Application, options: SecurityOptions) -> Middleware:
    """Return the layer that stands outside of CORS."""
    urls = (
        application.docs_url,
        application.redoc_url,
        application.swagger_ui_oauth2_redirect_url,
    )
    docs = [url for url in urls if url]
    return Middleware(ConnectionMiddleware, application=application, options=options, docs=docs)


def csrf_layers(application: Application, options: SecurityOptions) -> list[Middleware]:
    """Return the layer that stands inside of CORS, if it is wanted."""
    if options.csrf == "off":
        return []
    return [Middleware(CsrfMiddleware, application=application, options=options)]
