"""What an application without guards does not load: their part of the start and of OpenAPI."""

import logging
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from starlette.routing import BaseRoute, Router

from ftf.container import Container, DependencyResolutionError

from ..exceptions import InjectionFault, InvalidApplicationError, RouteFault
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
    _setup.guard_by_container(app, index)
    _faults.check_index(app.container, is_indexed=app.router.middleware_stack is index)
    return [*_faults.access_faults(app.container, app.routes, _setup.around(app))]


def name_providers(
    container: Container,
    faults: Sequence[InjectionFault],
    registered: Sequence[DependencyResolutionError],
) -> None:
    """Raise if services cannot be delivered because a provider of authentication is missing.

    Args:
        container: The container of the application.
        faults: The faults of routes and other functions.
        registered: The faults of registered services.

    Raises:
        InvalidAuthError: It is.
    """
    if not _is_loaded():
        return
    from ..auth import _missing_providers as missing  # noqa: PLC0415  # see above

    known = [missing.missing_provider(container, each.error) for each in faults]
    others = [missing.missing_provider(container, each) for each in registered]
    if not (providers := [*filter(None, known + others)]):
        return
    rest = (
        [each for each, provider in zip(faults, known, strict=True) if provider is None],
        [each for each, provider in zip(registered, others, strict=True) if provider is None],
    )
    raise missing.lacking(providers) from InvalidApplicationError(*rest) if any(rest) else None


def report_open_routes(app: Application, telling: Iterable[str]) -> None:
    """Log which routes are open, if the application has guards, and should perhaps not be.

    Args:
        app: The application.
        telling: The method and path of the routes that tell which values are taken.
    """
    if not _is_loaded():
        return
    from ..auth.access import _setup  # noqa: PLC0415  # see above

    if found := _setup.open_by_default(app):
        _logger.warning(
            "Everyone may call %s routes: %s.\nClose them by `app.require_login()`, or mark them "
            "`@public`.",
            len(found),
            ", ".join(map(str, found)),
        )
    everyone = {*map(str, _setup.open_routes_of(app))} if _setup.has_guards(app) else {}
    if told := [place for place in telling if place in everyone]:
        _logger.warning(
            "Everyone can find out which values are taken, by the rule `Unique` of %s.\nDemand a "
            "login, or leave it to the database; who registers is a matter of `Logins`.",
            ", ".join(told),
        )


def document_access(app: Application, document: dict[str, Any]) -> None:
    """Add what routes demand of credentials to an OpenAPI document, in place."""
    if not _is_loaded():
        return
    from ..auth.access import _setup  # noqa: PLC0415  # see above

    _setup.document(app, document)
