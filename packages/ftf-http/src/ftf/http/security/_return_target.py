"""Return targets: where a login or a form sends a browser afterwards."""

import re
from typing import Final

_LONGEST: Final = 2_048
# One slash, then no second one, no backslash, which browsers take for one, and neither of them
# encoded; no control characters and no spaces anywhere, which browsers drop.
_LOCAL: Final = re.compile(r"/(?!/|%2f|%5c)[^\\\x00-\x20\x7f-\x9f]*", re.IGNORECASE)


def return_target(text: str | None, default: str = "/") -> str:
    r"""Return a target if it is a path of this application, and the default if it is not.

    A redirect to a target that a client has chosen could lead to another site: `//evil.example`,
    `/\evil.example` and `https:evil.example` do.

    Args:
        text: The target, as a query parameter has it.
        default: What is returned in its place.
    """
    if text is None or len(text) > _LONGEST or not _LOCAL.fullmatch(text):
        return default
    return text
