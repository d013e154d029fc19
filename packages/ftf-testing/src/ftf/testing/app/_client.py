"""Clients of an application in this process."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from httpx import AsyncClient

    from ._transport import StreamingTransport

_BASE_URL: Final = "http://testserver"


def client_of(
    transport: "StreamingTransport", headers: Mapping[str, str] | None = None
) -> "AsyncClient":
    """Return a client without a timeout, of httpx or else of httpx2."""
    library = next(filter(find_spec, ("httpx", "httpx2")), None)
    if library is None:
        pytest.fail("A client needs httpx: install ftf-testing[http].", pytrace=False)
    make: Any = import_module(library).AsyncClient
    return make(  # type: ignore[no-any-return]
        transport=transport, base_url=_BASE_URL, headers=headers, timeout=None
    )


def headers_of(user: object) -> Mapping[str, str]:
    """Return the user itself, which has to be headers."""
    if not isinstance(user, Mapping):
        pytest.fail(
            f"acting_as does not know how {user!r} is authenticated: pass the headers, or write "
            "a fixture `auth_headers` that returns a function from a user to headers.",
            pytrace=False,
        )
    return user
