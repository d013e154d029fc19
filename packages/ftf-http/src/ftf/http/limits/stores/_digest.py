"""Digests of keys: a store outside of this process holds no e-mail address and no IP address."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

_CACHED = 1_024
_SIZE = 16


class Digest:
    """Replaces keys by digests.

    Args:
        secret: Mixed into each digest. Without one, whoever reads the store can try addresses.
    """

    def __init__(self, secret: str) -> None:
        self._secret = blake2b(secret.encode()).digest()
        self.of: Callable[[str], str] = lru_cache(maxsize=_CACHED)(self._of)

    def _of(self, key: str) -> str:
        """Return the digest of a key."""
        encoded = key.encode(errors="surrogatepass")
        return blake2b(encoded, digest_size=_SIZE, key=self._secret).hexdigest()
