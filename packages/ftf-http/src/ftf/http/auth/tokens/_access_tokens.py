"""`AccessTokens`: issues access tokens, and reads them."""

import json
import secrets
from binascii import Error, a2b_base64, b2a_base64
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from .._clock import Clock
from .._identity import CLIENT_PREFIX, Identity
from ..exceptions import InvalidAuthError, Unauthenticated
from ..keys._key_ring import KeyRing, RingKeys
from ..keys._signing_key import SigningKey
from ._claims import Claims, read_claims

type Check = Literal["user", "session", "token"]

_LONGEST: Final = 4_096
_CACHED: Final = 2_048
_DOTS: Final = 2
_NEVER: Final = float("inf")
_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_INVALID: Final = "The token is not valid."


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenOptions:
    """What all access tokens of an application have in common.

    Args:
        issuer: The application, as the URL that others know it by.
        audience: The service that the tokens are for.
        lifetime: How long a token is valid.
        leeway: How far the clocks of processes may differ.
        check: `"user"` loads the user with each request, so that one who was deactivated is refused
            at once; `"session"` loads the login of the token as well, so that it ends with a
            logout; `"token"` believes the token until its end, for a service without users.

    Raises:
        InvalidAuthError: A text is empty, `check` is another one, or a time is out of range.
    """

    issuer: str
    audience: str
    lifetime: timedelta = timedelta(minutes=10)
    leeway: timedelta = timedelta(seconds=5)
    check: Check = "user"

    def __post_init__(self) -> None:
        for name in ("issuer", "audience"):
            if not getattr(self, name):
                raise InvalidAuthError(name, "is empty", f"Pass `AuthProvider({name}=...)`.")
        if self.check not in get_args(Check.__value__):
            raise InvalidAuthError(
                "check", 'is not "user", "session" or "token"', "Choose one of them."
            )
        if not timedelta(0) < self.lifetime <= timedelta(days=1):
            remedy = "Choose minutes: a token that was stolen is valid until its end."
            raise InvalidAuthError("lifetime", "is not between 0 and a day", remedy)
        if not timedelta(0) <= self.leeway <= timedelta(minutes=5):
            raise InvalidAuthError("leeway", "is not between 0 and 5 minutes", "Choose seconds.")


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """An access token. Its text is not part of its `repr`.

    Attributes:
        text: What clients send.
        expires_at: When it ends.
    """

    text: str = field(repr=False)
    expires_at: datetime


class WrongAudience(Unauthenticated):
    """An access token is valid, and for another service.

    Args:
        audiences: The services that it is for.
    """

    def __init__(self, audiences: frozenset[str]) -> None:
        self.audiences: frozenset[str] = audiences
        super().__init__(_INVALID)


@dataclass(slots=True)
class _Verified:
    """What was read of a token whose signature is genuine, and when it is accepted.

    Attributes:
        claims: Its claims.
        since: When it begins to be accepted, in seconds since the epoch.
        until: When it ends to be accepted.
        identities: Its identity by the name of the guard that has read it.
    """

    claims: Claims
    since: float
    until: float
    identities: dict[str, Identity]


class AccessTokens:
    """Issues access tokens, and reads them: JWTs of the type `at+jwt` (RFC 9068).

    A token is accepted if its first segment is one that a key of the ring writes, its signature is
    that key's, and each claim has its exact type and value. What a token says about how to verify
    it is never parsed. The signatures of the latest 2,048 tokens are remembered until they end or
    the ring changes.

    Args:
        keys: The keys.
        options: What all tokens have in common.
        clock: The time.
    """

    def __init__(
        self, keys: KeyRing[SigningKey], options: AccessTokenOptions, clock: Clock
    ) -> None:
        self._ring = keys
        self._options = options
        self._clock = clock
        self._leeway = options.leeway.total_seconds()
        self._keys: RingKeys[SigningKey] | None = None
        self._by_header: dict[str, SigningKey] = {}
        self._verified: OrderedDict[str, _Verified] = OrderedDict()

    @property
    def options(self) -> AccessTokenOptions:
        """What all tokens have in common."""
        return self._options

    def __len__(self) -> int:
        """Return how many signatures are remembered."""
        return len(self._verified)

    def issue(
        self,
        subject: str,
        *,
        scopes: Sequence[str] = ("*",),
        session_id: str | None = None,
        authenticated_at: datetime | None = None,
        methods: Sequence[str] = (),
        version: int | None = None,
        client: str | None = None,
        audience: str | None = None,
    ) -> IssuedToken:
        """Return a new token.

        Args:
            subject: The user's key as text, or `client:` and the name of a program.
            scopes: What it allows.
            session_id: The login that it belongs to.
            authenticated_at: When the user has last proved who they are.
            methods: How, as in RFC 8176.
            version: The user's `auth_version`: with another one the token has ended.
            client: The program that it is issued to.
            audience: The service that it is for; that of the options by default.

        Raises:
            InvalidAuthError: The subject is empty, or a scope is empty or has a space.
        """
        if not subject or subject == CLIENT_PREFIX:
            raise InvalidAuthError("subject", "is empty", "Pass the user's key as text.")
        if any(not scope or " " in scope for scope in scopes):
            raise InvalidAuthError("scopes", "has an empty scope or one with a space", "Split it.")
        now = int(self._clock.time())
        ends = now + int(self._options.lifetime.total_seconds())
        claims = {
            "iss": self._options.issuer,
            "aud": audience or self._options.audience,
            "sub": subject,
            "iat": now,
            "exp": ends,
            "jti": secrets.token_urlsafe(16),
            "scope": " ".join(scopes),
            "client_id": client,
            "sid": session_id,
            "auth_time": None if authenticated_at is None else int(authenticated_at.timestamp()),
            "amr": [*methods] or None,
            "ver": version,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        text = self.sign(json.dumps(present, separators=(",", ":")).encode())
        if len(text) > _LONGEST:
            raise InvalidAuthError("scopes", "make the token too long", "Give it fewer scopes.")
        return IssuedToken(text, datetime.fromtimestamp(ends, self._clock.now().tzinfo))

    def sign(self, payload: bytes) -> str:
        """Return a token with a payload that is signed as it is, by the active key."""
        key = self._ring.active
        message = f"{key.header}.{_encoded(payload)}"
        return f"{message}.{_encoded(key.sign(message.encode()))}"

    def read(self, text: str, *, audience: str | None = None, guard: str = "") -> Identity:
        """Return what a token says.

        Args:
            text: The token.
            audience: The service that it has to be for; that of the options by default.
            guard: The name of the guard that asks.

        Raises:
            WrongAudience: It is valid, and for another service.
            Unauthenticated: It is not valid.
        """
        self.read_keys()
        now = self._clock.time()
        found = self._verified.get(text)
        if found is None:
            found = self._verify(text, guard)
            self._remember(text, found)
        if not found.since <= now < found.until:
            raise Unauthenticated(_INVALID)
        claims = found.claims
        if (audience or self._options.audience) not in claims.audiences:
            raise WrongAudience(claims.audiences)
        identity = found.identities.get(guard)
        if identity is None:
            identity = found.identities[guard] = replace(claims.identity, guard=guard)
        return identity

    def read_keys(self) -> None:
        """Take the keys of the ring, if they were replaced, and forget what others have verified.

        Raises:
            InvalidAuthError: A key cannot be made.
        """
        keys = self._ring.keys
        if keys is self._keys:
            return
        self._by_header = {key.header: key for key in keys.all.values()}
        self._verified = OrderedDict()
        self._keys = keys

    def _remember(self, text: str, found: _Verified) -> None:
        verified = self._verified
        verified[text] = found
        if len(verified) > _CACHED:
            # Not the first key of a dict, which is searched behind all that were removed.
            verified.popitem(last=False)

    def _verify(self, text: str, guard: str) -> _Verified:
        """Return what a token says, if its signature is genuine.

        Raises:
            Unauthenticated: It is not.
        """
        if len(text) > _LONGEST or not text.isascii() or text.count(".") != _DOTS:
            raise Unauthenticated(_INVALID)
        message, _, signature = text.rpartition(".")
        header, _, payload = message.partition(".")
        key = self._by_header.get(header)
        if key is None:
            raise Unauthenticated(_INVALID)
        try:
            if not key.verify(message.encode(), _decoded(signature)):
                raise Unauthenticated(_INVALID)
            # The signature is of this spelling of the payload: no other one has to be refused.
            claims = read_claims(_bytes_of(payload), guard)
        except ValueError:  # of base64, of claims
            raise Unauthenticated(_INVALID) from None
        if claims.issuer != self._options.issuer:
            raise Unauthenticated(_INVALID)
        ended = _NEVER if key.until is None else key.until.timestamp()
        since = max(claims.begins, claims.issued_at) - self._leeway
        until = min(claims.ends + self._leeway, ended)
        return _Verified(claims, since, until, {guard: claims.identity})


# The functions of base64 do the same in four calls, which takes longer than the work.
def _encoded(value: bytes) -> str:
    return b2a_base64(value, newline=False).translate(_URLSAFE, b"=").decode()


def _bytes_of(text: str) -> bytes:
    return a2b_base64(f"{text}==".encode().translate(_STANDARD))


def _decoded(text: str) -> bytes:
    """Return the bytes of a text in the one spelling that `_encoded` writes.

    Raises:
        ValueError: It is not such a text.
    """
    value = _bytes_of(text)
    if _encoded(value) != text:
        raise Error
    return value
