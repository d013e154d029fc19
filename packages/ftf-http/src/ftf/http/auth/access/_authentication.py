"""`Authentication`: asks the guards who sends a request."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import HTTPConnection

from ftf.container import Container, Scope

from .._identity import Identity
from .._users import Users
from .._visitor import GUEST, Visitor
from ..connections._open_logins import OpenLogins
from ..exceptions import AmbiguousCredentials, Unauthenticated
from ._guards import Guards, Named

_REFUSED = "The credential is not valid."


async def authenticate(
    guards: Sequence[Named],
    connection: HTTPConnection,
    services: Scope,
    *,
    has_users: bool,
    known: Identity | None = None,
) -> Visitor:
    """Return who sends a request. Each of the guards is asked: a bad credential is never ignored.

    Args:
        guards: The guards that may answer.
        connection: The request or websocket.
        services: Its container scope, which builds the guards.
        has_users: Whether the application has users.
        known: What the credential said before, where it was read before.

    Raises:
        Unauthenticated: A credential is not valid, or its login has ended, or its user is not
            active any more.
        AmbiguousCredentials: Two guards have accepted a credential.
    """
    found: Identity | None = None
    loads_user = checks_login = False
    for name, cls in guards:
        guard = await services.aresolve(cls)
        is_read = known is None or guard.is_repeatable
        identity = await guard.authenticate(connection) if is_read else known
        if identity is None:
            continue
        if found is not None:
            raise AmbiguousCredentials
        found = identity if identity.guard == name else replace(identity, guard=name)
        loads_user, checks_login = guard.loads_user, guard.checks_login
    if found is None:
        return GUEST
    if checks_login and not await _is_open(found, services):
        raise Unauthenticated(_REFUSED)
    if not (has_users and loads_user) or (key := found.user_key) is None:
        return Visitor(found)
    users: Users[object] = await services.aresolve(Users)  # type: ignore[type-abstract]  # a port
    user: object = await users.find(key)
    if user is None or not users.is_active(user):
        raise Unauthenticated(_REFUSED)
    if found.version is not None and found.version != users.version_of(user):
        raise Unauthenticated(_REFUSED)
    return Visitor(found, user)


async def still_holds(
    identity: Identity, guards: Guards, connection: HTTPConnection, container: Container
) -> bool:
    """Return whether the credential of an open connection is still accepted.

    Args:
        identity: What it said when the connection was opened.
        guards: The guards of the application.
        connection: The connection, with the credential.
        container: The container, which opens a scope for the check.
    """
    named = [(identity.guard, cls) for name, cls in guards.named() if name == identity.guard]
    async with container.scoped_context() as services:
        try:
            visitor = await authenticate(
                named, connection, services, has_users=Users in container, known=identity
            )
        except Unauthenticated:
            return False
        if visitor.identity is None or visitor.identity.subject != identity.subject:
            return False
        return OpenLogins not in container or await _is_open(identity, services)


async def _is_open(identity: Identity, services: Scope) -> bool:
    """Return whether the login of an identity has not ended, if it has one."""
    if identity.session_id is None:
        return True
    return await (await services.aresolve(OpenLogins)).is_open(identity.session_id)
