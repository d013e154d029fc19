"""`SigningKey`: a key that signs access tokens, and the header of all tokens that it signs."""

import json
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Self, override

from ..exceptions import InvalidAuthError
from ._secret import Secret

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OctKey, OKPKey

type Algorithm = Literal["HS256", "EdDSA", "ES256"]
type JoseKey = "OctKey | OKPKey | ECKey"

TYPE: Final = "at+jwt"
_MAKE: Final = "Make one: `openssl genpkey -algorithm ed25519`."
# The name of EdDSA since RFC 9864, by which joserfc knows it; verifiers know the older one.
_NAMES: Final = {"EdDSA": "Ed25519"}
_CURVES: Final[dict[str, Algorithm]] = {"Ed25519": "EdDSA", "P-256": "ES256"}
_HALF: Final = 32
# The order of P-256: (r, n - s) is a second valid signature, so s has to be the lower one.
_P256: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SigningKey:
    """A key that signs access tokens: from a secret, or from a pair of keys.

    Algorithm, type and name belong to the key: what a token says about itself does not matter.
    Signing and verifying are joserfc's.

    Args:
        key: The key of joserfc.
        algorithm: The algorithm.
        kid: Its public name.
        until: When what it has signed ends to be accepted, for a retired key.

    Attributes:
        algorithm: The algorithm, as tokens name it.
        kid: Its public name; that of a pair is its RFC 7638 thumbprint.
        until: When what it has signed ends to be accepted.
        header: The first segment of every token that it signs.
    """

    def __init__(
        self, key: JoseKey, algorithm: Algorithm, kid: str, until: datetime | None = None
    ) -> None:
        from joserfc.jws import JWSRegistry  # noqa: PLC0415  # an extra

        name = _NAMES.get(algorithm, algorithm)
        self._key = key
        self._signer = JWSRegistry(algorithms=[name]).get_alg(name)
        self.algorithm: Algorithm = algorithm
        self.kid: str = kid
        self.until: datetime | None = until
        header = {"alg": algorithm, "kid": kid, "typ": TYPE}
        text = json.dumps(header, separators=(",", ":"))
        self.header: str = urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def from_secret(cls, secret: Secret) -> Self:
        """Return the key that is derived from a secret, for one service that signs and verifies.

        Raises:
            InvalidAuthError: joserfc is not installed.
        """
        _demand_joserfc()
        from joserfc.jwk import OctKey  # noqa: PLC0415  # an extra

        key = OctKey.import_key(secret.key("access"))
        return cls(key, "HS256", secret.kid, secret.until)

    @classmethod
    def load(
        cls, pem: str | bytes, *, setting: str = "keys", until: datetime | None = None
    ) -> Self:
        """Return a key of a pair, Ed25519 or P-256, so that other services can verify.

        Args:
            pem: The private key, or the public key of one that only verifies.
            setting: The name of the setting that it comes from, for errors.
            until: When what it has signed ends to be accepted, for a retired key.

        Raises:
            InvalidAuthError: It is not such a key, or joserfc is not installed.
        """
        _demand_joserfc()
        from joserfc.errors import JoseError  # noqa: PLC0415  # an extra
        from joserfc.jwk import ECKey, OKPKey  # noqa: PLC0415  # an extra

        for kind in (OKPKey, ECKey):
            try:
                key = kind.import_key(pem)
                algorithm = _CURVES[key.curve_name]
            except (JoseError, ValueError, TypeError, KeyError):
                continue
            return cls(key, algorithm, key.thumbprint(), until)
        raise InvalidAuthError(setting, "is not an Ed25519 or P-256 key as PEM", _MAKE)

    @property
    def can_sign(self) -> bool:
        """Whether it is more than the public half of a pair."""
        return self._key.is_private

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        signature = self._signer.sign(message, self._key)
        if self.algorithm == "ES256":
            s = int.from_bytes(signature[_HALF:])
            signature = signature[:_HALF] + min(s, _P256 - s).to_bytes(_HALF)
        return signature

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Return whether a signature is the one of a message."""
        if self.algorithm == "ES256" and int.from_bytes(signature[_HALF:]) > _P256 // 2:
            return False
        return self._signer.verify(message, signature, self._key)

    def public_jwk(self) -> dict[str, object] | None:
        """Return the public key as JWK (RFC 7517); `None` for a secret."""
        if self.algorithm == "HS256":
            return None
        public = self._key.as_dict(private=False)
        return {**public, "kid": self.kid, "alg": self.algorithm, "use": "sig"}

    @override
    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid!r}, algorithm={self.algorithm!r})"


def _demand_joserfc() -> None:
    try:
        import joserfc  # noqa: F401, PLC0415  # an extra
    except ImportError:
        remedy = 'Install it: `pip install "ftf-http[auth]"`.'
        raise InvalidAuthError("Access tokens", "need joserfc", remedy) from None
