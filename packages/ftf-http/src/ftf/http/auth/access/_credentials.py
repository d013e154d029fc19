"""`Credentials`: issues the credentials that guards accept."""

from collections.abc import Mapping, Sequence

from ftf.container import Container

from .._clock import Clock
from .._grant import Grant
from .._users import Users
from ..exceptions import InvalidAuthError
from ._guards import Guards


class Credentials:
    """Issues the credentials that the guards of an application accept: a service, as for tests.

    Args:
        container: The container of the application.
        guards: Its guards.
    """

    def __init__(self, container: Container, guards: Guards) -> None:
        self._container = container
        self._guards = guards

    async def headers(
        self,
        user: object,
        *,
        scopes: Sequence[str] = ("*",),
        guard: str | None = None,
        fresh: bool = True,
    ) -> Mapping[str, str]:
        """Return the headers of a request with a new credential.

        Args:
            user: The user, or the subject as text, as `client:robot`.
            scopes: What the credential allows.
            guard: The name of the guard; the first one by default.
            fresh: Whether the user has just proved who they are; if not, no login was recent.

        Raises:
            InvalidAuthError: There is no such guard, or it does not issue credentials.
        """
        found = self._guards.named(frozenset([guard] if guard else []))
        if not found:
            names = ", ".join(map(repr, self._guards.names)) or "none"
            remedy = f"The application has {names}."
            raise InvalidAuthError(f"The guard {guard!r}", "does not exist", remedy)
        async with self._container.scoped_context() as services:
            chosen = await services.aresolve(found[0][1])
            subject, version = user if isinstance(user, str) else "", None
            if not isinstance(user, str):
                users: Users[object] = await services.aresolve(Users)  # type: ignore[type-abstract]  # a port
                subject, version = users.subject_of(user), users.version_of(user)
            now = self._container.resolve(Clock).now() if fresh else None
            grant = Grant(subject=subject, scopes=(*scopes,), version=version, authenticated_at=now)
            return await chosen.issue(grant)
