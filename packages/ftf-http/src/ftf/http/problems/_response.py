"""`ProblemResponse`: RFC 9457 problem details."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi.encoders import jsonable_encoder
from starlette.types import Receive, Scope, Send

from ._error_response import ErrorResponse
from ._types import DEFAULT_BASE, is_uri, types_of

MEDIA_TYPE = "application/problem+json"


def phrase_of(status: int) -> str:
    """Return the phrase of a status code; "Error" for one that Python does not know."""
    return HTTPStatus(status).phrase if status in HTTPStatus else "Error"


class ProblemResponse(ErrorResponse):
    """An `application/problem+json` response (RFC 9457).

    Args:
        status: The HTTP status code.
        detail: What is wrong with this request, for a person to read.
        type: The kind of problem, for programs: a slug such as "duplicate", which the application's
            base of types comes before, or a URI; by default none, which means `about:blank`.
        title: The kind of problem, for a person; by default the phrase of the status.
        headers: Further response headers.
        members: Extension members; `errors` is an empty list by default for 422.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        type: str = "",  # noqa: A002  # the name of the member in RFC 9457
        title: str = "",
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        title = title or phrase_of(status)
        content: dict[str, object] = {"title": title, "status": status}
        self._slug = "" if is_uri(type) else type
        if type:
            content = {"type": f"{DEFAULT_BASE}{type}" if self._slug else type, **content}
        if status == HTTPStatus.UNPROCESSABLE_CONTENT:
            content["errors"] = []  # the OpenAPI document promises a list
        if detail and detail != title:
            content["detail"] = detail
        self._content: dict[str, object] = jsonable_encoder(content | members)
        super().__init__(self._content, status, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, with the URI that the type has in the application."""
        types = types_of(scope) if self._slug else None
        if types is not None:
            uri = types.uri(self._slug, scope)
            if uri != self._content["type"]:
                self._content["type"] = uri
                self.body: bytes = self.render(self._content)
                self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
