"""JSON responses that may quote values which JSON in UTF-8 cannot hold."""

import json
import re

from starlette.responses import JSONResponse

_SURROGATE = re.compile("[\ud800-\udfff]")


class ErrorResponse(JSONResponse):
    r"""A JSON response that may quote the request.

    Python reads JSON with `NaN` and with lone surrogates, such as `"\ud800"`, but neither can be
    written as JSON in UTF-8: here they become `null` and the replacement character U+FFFD.
    """

    def render(self, content: object) -> bytes:
        """Encode the content."""
        try:
            return super().render(content)
        except ValueError:  # UnicodeEncodeError included
            # Only after a failure, because writing and reading the content twice takes time.
            finite = json.loads(json.dumps(content), parse_constant=lambda _: None)
            text = json.dumps(finite, ensure_ascii=False, separators=(",", ":"))
            return _SURROGATE.sub("\ufffd", text).encode()


def has_surrogate(text: str) -> bool:
    """Return whether a text has a lone surrogate, which UTF-8 cannot encode."""
    return _SURROGATE.search(text) is not None
