"""The public keys of a ring, for services that verify access tokens (RFC 7517)."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from .._clock import Clock
from ..access._access import public
from ..exceptions import InvalidAuthError
from ._key_ring import KeyRing
from ._signing_key import SigningKey

PATH = "/.well-known/jwks.json"
_SECONDS = 300


def jwk_set(keys: KeyRing[SigningKey], clock: Clock) -> dict[str, object]:
    """Return the public keys that are in use, next and retired ones included, as a JWK set."""
    now = clock.now()
    found = [key for key in keys.keys.all.values() if key.until is None or now < key.until]
    return {"keys": [jwk for jwk in (key.public_jwk() for key in found) if jwk is not None]}


def jwk_set_router(keys: KeyRing[SigningKey], clock: Clock | None = None) -> APIRouter:
    """Return a router that serves the public keys at `/.well-known/jwks.json`, to everyone.

    A verifier may keep them for five minutes: a key has to be `following` for that long before it
    signs.

    Args:
        keys: The keys of access tokens.
        clock: The time.

    Raises:
        InvalidAuthError: There is no public key.
    """
    if all(key.public_jwk() is None for key in keys.keys.all.values()):
        remedy = "A secret has no public half: load a key by `SigningKey.load(pem)`."
        raise InvalidAuthError("The key ring", "has no public key to publish", remedy)
    time = clock or Clock()

    @public
    async def respond(_: Request) -> JSONResponse:
        headers = {"cache-control": f"public, max-age={_SECONDS}"}
        return JSONResponse(jwk_set(keys, time), headers=headers)

    return APIRouter(routes=[Route(PATH, respond, name="jwk_set")])
