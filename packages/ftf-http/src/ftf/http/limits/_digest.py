"""Digests of keys: a store outside of this process holds no e-mail address and no IP address."""

from hashlib import blake2b

_SIZE = 16


class Digest:
    """Replaces keys by digests.

    Args:
        secret: Mixed into each digest. Without one, whoever reads the store can try addresses.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = blake2b(secret.encode()).digest()

    def of(self, key: str) -> str:
        """Return the digest of a key."""
        encoded = key.encode(errors="surrogatepass")
        return blake2b(encoded, digest_size=_SIZE, key=self._secret).hexdigest()
