"""The header `WWW-Authenticate` of a 401 or 403 (RFC 9110, RFC 6750, RFC 9470)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Challenge:
    """The header of a 401 to a request without a credential: a service.

    Attributes:
        text: The header; `None` if no guard has a scheme for it.
    """

    text: str | None


def challenge(schemes: Iterable[str | None], parameters: Mapping[str, str]) -> str | None:
    """Return the header; `None` if no guard has a scheme for it.

    Args:
        schemes: The schemes of the guards.
        parameters: The parameters of each scheme, such as `error`.
    """
    quoted = ", ".join(f'{name}="{_escaped(value)}"' for name, value in parameters.items())
    named = dict.fromkeys(filter(None, schemes))
    return ", ".join(f"{scheme} {quoted}" for scheme in named) or None


def _escaped(value: str) -> str:
    """Return a value as it may stand between quotes: no character leaves them, or the header."""
    kept = "".join(each if " " <= each <= "~" else "?" for each in value)
    return kept.replace("\\", "\\\\").replace('"', '\\"')
