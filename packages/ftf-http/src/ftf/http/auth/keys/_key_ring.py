"""`KeyRing`: which key signs, and which keys are accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..exceptions import InvalidAuthError


class Key(Protocol):
    """A key with a public name."""

    @property
    def can_sign(self) -> bool:
        """Whether it is more than the public half of a pair."""
        ...

    @property
    def kid(self) -> str:
        """The public name."""
        ...

    @property
    def until(self) -> datetime | None:
        """When what it has signed ends to be accepted; `None` while it is in the ring."""
        ...


@dataclass(frozen=True, slots=True)
class RingKeys[K: Key]:
    """The keys of a ring at one moment.

    Attributes:
        active: The key that signs.
        all: All keys by name, those that signed before and those that will sign included.
    """

    active: K
    all: dict[str, K]


class KeyRing[K: Key]:
    """Which key signs, and which keys are accepted: next, active, retired.

    A key is `next` until every process knows it, then `active`, and `retired` for as long as what
    it has signed is valid. Three deployments, or three calls of `replace`, change the key without a
    refused request.

    Args:
        active: The key that signs.
        following: Keys that will sign: accepted and published already.
        retired: Keys that have signed: accepted until their `until`.

    Raises:
        InvalidAuthError: Two keys have one name, or the active one cannot sign.
    """

    def __init__(
        self, active: K, *, following: Sequence[K] = (), retired: Sequence[K] = ()
    ) -> None:
        self._keys = _checked(active, following, retired)

    @property
    def keys(self) -> RingKeys[K]:
        """The keys of this moment: another object after each `replace`."""
        return self._keys

    @property
    def active(self) -> K:
        """The key that signs."""
        return self.keys.active

    def find(self, kid: str, now: datetime) -> K | None:
        """Return the key of a name; `None` if there is none, or it has ended.

        Args:
            kid: The name.
            now: The time.
        """
        key = self.keys.all.get(kid)
        return None if key is None or (key.until is not None and now >= key.until) else key

    def replace(self, active: K, *, following: Sequence[K] = (), retired: Sequence[K] = ()) -> None:
        """Replace all keys while the application serves: one assignment, so no request sees a half.

        Raises:
            InvalidAuthError: Two keys have one name, or the active one cannot sign; the ring is as
                before.
        """
        self._keys = _checked(active, following, retired)


def _checked[K: Key](active: K, following: Sequence[K], retired: Sequence[K]) -> RingKeys[K]:
    keys = [active, *following, *retired]
    by_name = {key.kid: key for key in keys}
    if len(by_name) < len(keys):
        remedy = "Name each secret or key once: as next, as active or as retired."
        raise InvalidAuthError("The key ring", "has one key twice", remedy)
    if not active.can_sign:
        remedy = "Load the private key of the pair."
        raise InvalidAuthError(
            "The key ring", "is not able to sign: the active key has no private half", remedy
        )
    return RingKeys(active, by_name)
