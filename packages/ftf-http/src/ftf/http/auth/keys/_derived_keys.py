"""`DerivedKeys`: the ring of the keys that are derived from the secrets of another."""

from typing import override

from ..exceptions import InvalidAuthError
from ._key_ring import KeyRing, RingKeys
from ._secret import Secret
from ._signing_key import SigningKey


class DerivedKeys(KeyRing[SigningKey]):
    """The keys of access tokens that are derived from secrets: one for each, under its name.

    Args:
        secrets: The secrets; replacing them replaces the keys.
    """

    def __init__(self, secrets: KeyRing[Secret]) -> None:
        self._secrets = secrets
        self._derived: tuple[RingKeys[Secret], RingKeys[SigningKey]] | None = None

    @property
    @override
    def keys(self) -> RingKeys[SigningKey]:
        """The keys of this moment."""
        derived, now = self._derived, self._secrets.keys
        if derived is None or derived[0] is not now:
            found = {kid: SigningKey.from_secret(secret) for kid, secret in now.all.items()}
            self._derived = derived = now, RingKeys(found[now.active.kid], found)
        return derived[1]

    @override
    def replace(self, *_: object, **__: object) -> None:
        """Raise: the secrets are replaced.

        Raises:
            InvalidAuthError: Always.
        """
        remedy = "Replace the secrets: the keys are derived from them."
        raise InvalidAuthError("The key ring", "is derived from secrets", remedy)
