"""`Authentication`: asks the guards who sends a request."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import HTTPConnection

from ftf.container import Scope

from .._identity import Identity
from .._users import Users
from .._visitor import GUEST, Visitor
from ..exceptions import AmbiguousCredentials, Unauthenticated
from ._guards import Named

_REFUSED = "The credential is not valid."


async def authenticate(
    guards: Sequence[Named], connection: HTTPConnection, services: Scope, *, has_users: bool
) -> Visitor:
    """Return who sends a request. Each of the guards is asked: a bad credential is never ignored.

    Args:
        guards: The guards that may answer.
        connection: The request or websocket.
        services: Its container scope, which builds the guards.
        has_users: Whether the application has users.

    Raises:
        Unauthenticated: A credential is not valid, or its user is not active any more.
        AmbiguousCredentials: Two guards have accepted a credential.
    """
    found: Identity | None = None
    loads_user = False
    for name, cls in guards:
        guard = await services.aresolve(cls)
        identity = await guard.authenticate(connection)
        if identity is None:
            continue
        if found is not None:
            raise AmbiguousCredentials
        found = identity if identity.guard == name else replace(identity, guard=name)
        loads_user = guard.loads_user
    if found is None:
        return GUEST
    key = found.user_key
    if not (has_users and loads_user) or key is None:
        return Visitor(found)
    return Visitor(found, await _user(key, found, services))


async def _user(key: str, identity: Identity, services: Scope) -> object:
    users: Users[object] = await services.aresolve(Users)  # type: ignore[type-abstract]  # a port
    user: object = await users.find(key)
    if user is None or not users.is_active(user):
        raise Unauthenticated(_REFUSED)
    if identity.version is not None and identity.version != users.version_of(user):
        raise Unauthenticated(_REFUSED)
    return user
