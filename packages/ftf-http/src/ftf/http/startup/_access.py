"""What an application without guards does not load: their part of the start and of OpenAPI."""

import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from fastapi import APIRouter
from starlette.routing import BaseRoute, Router

from ftf.container import Container

from ..documentation._pages import asset_paths
from ..exceptions import RouteFault
from ..routing._index import RouteIndex

if TYPE_CHECKING:
    from ..security import SecurityOptions

_logger = logging.getLogger("ftf.http")


class Application(Protocol):
    """What access needs of an application."""

    title: str

    @property
    def container(self) -> Container:
        """The application's container."""
        ...

    @property
    def router(self) -> Router:
        """The application's router."""
        ...

    @property
    def routes(self) -> list[BaseRoute]:
        """The application's routes."""
        ...


def _is_loaded() -> bool:
    """Return whether anything can demand a credential: guards and marks are of `ftf.http.auth`."""
    return "ftf.http.auth" in sys.modules


def access_faults(
    app: Application, security: "SecurityOptions | None", index: RouteIndex
) -> Sequence[RouteFault]:
    """Return why what routes demand of credentials cannot be decided.

    Args:
        app: The application.
        security: Its options of security, if it has any.
        index: Its index, which asks the guards.

    Raises:
        InvalidAuthError: A setting of a guard is not possible.
    """
    if not _is_loaded():
        return ()
    from ..auth import _cookie_faults  # noqa: PLC0415  # see above
    from ..auth.access import _faults, _setup  # noqa: PLC0415  # see above

    _cookie_faults.check_cookies(
        app.container,
        refuses_sites=security is not None and security.csrf != "off",
        requires_https=security is not None and security.https == "require",
    )
    router = cast("APIRouter", app.router)
    _setup.guard_by_container(app, index)
    _faults.check_index(app.container, is_indexed=router.middleware_stack is index)
    marked = _faults.Around(router.dependencies, documentation_urls(app))
    return [*_faults.access_faults(app.container, app.routes, marked)]


def documentation_urls(app: Application) -> list[str]:
    """Return the paths of the OpenAPI document and of the pages that show it."""
    names = ("openapi_url", "docs_url", "redoc_url", "swagger_ui_oauth2_redirect_url")
    return [*(url for name in names if (url := getattr(app, name))), *asset_paths(app)]


def report_open_routes(app: Application) -> None:
    """Log which routes are open although no mark says so, if the application has guards."""
    if not _is_loaded():
        return
    from ..auth.access import _setup  # noqa: PLC0415  # see above

    if found := _setup.open_by_default(app.container, app.routes):
        _logger.warning(
            "Everyone may call %s routes: %s.\nClose them by `app.require_login()`, or mark them "
            "`@public`.",
            len(found),
            ", ".join(map(str, found)),
        )


def document_access(app: Application, document: dict[str, Any]) -> None:
    """Add what routes demand of credentials to an OpenAPI document, in place."""
    if not _is_loaded():
        return
    from ..auth.access import _setup  # noqa: PLC0415  # see above

    _setup.document(app.container, app.routes, document)
