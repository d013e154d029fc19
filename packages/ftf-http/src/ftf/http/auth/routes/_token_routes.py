"""`TokenRoutes`: login, refresh and logout of clients that keep tokens."""

from typing import Final

from fastapi import Response
from fastapi.responses import JSONResponse
from starlette.requests import Request

from ...injection._inject import Injected
from ...routing._controller import Controller, post
from ...routing._options import Json
from .._identity import Identity
from ..access._access import Access, public
from ..logins._logins import Logins
from ..logins.exceptions import InvalidGrant, InvalidScope
from ..tokens._token_pair import TokenPair
from ._bodies import LoginIn
from ._form import NOT_STORED, InvalidFormError, form_of, refused

_TEXT: Final = {"type": "string"}
_REFUSED: Final[dict[int | str, dict[str, object]]] = {
    400: {
        "description": "The form is refused (RFC 6749, section 5.2).",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"error": _TEXT, "error_description": _TEXT},
                    "required": ["error", "error_description"],
                }
            }
        },
    }
}


def _form(required: list[str], *optional: str) -> Json:
    """Return the OpenAPI description of a form."""
    properties = dict.fromkeys([*required, *optional], _TEXT)
    schema = {"type": "object", "properties": properties, "required": required}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"content": content, "required": True}}


class TokenRoutes[U](Controller):
    """`POST /login`, `/token`, `/revoke` and `/logout`.

    `/token` and `/revoke` have the shapes of RFC 6749 and RFC 7009; the password grant, which
    RFC 9700 forbids, is not among them.
    """

    @post("/login")
    @public
    async def login(
        self, body: LoginIn, response: Response, logins: Injected[Logins[U]]
    ) -> TokenPair:
        """Log in by e-mail address and password."""
        response.headers.update(NOT_STORED)
        scopes = body.scope.split()
        return await logins.attempt(body.email, body.password, client=body.client_id, scopes=scopes)

    @post(
        "/token",
        response_model=TokenPair,
        responses=_REFUSED,
        openapi_extra=_form(["grant_type", "refresh_token"], "scope", "client_id"),
    )
    @public
    async def token(self, request: Request, logins: Injected[Logins[U]]) -> Response:
        """Replace a refresh token by the next pair of tokens."""
        try:
            form = await form_of(request)
        except InvalidFormError as error:
            return refused("invalid_request", str(error))
        if "grant_type" not in form or "refresh_token" not in form:
            return refused("invalid_request", "grant_type and refresh_token are required.")
        if form["grant_type"] != "refresh_token":
            return refused("unsupported_grant_type", "Only refresh_token is supported.")
        scopes = form.get("scope", "").split(" ") if "scope" in form else None
        try:
            pair = await logins.refresh(
                form["refresh_token"], client=form.get("client_id"), scopes=scopes
            )
        except InvalidGrant as error:
            return refused("invalid_grant", error.detail)
        except InvalidScope as error:
            return refused("invalid_scope", error.detail)
        return JSONResponse(pair.as_json(), headers=NOT_STORED)

    @post(
        "/revoke",
        response_class=Response,  # without a body
        responses=_REFUSED,
        openapi_extra=_form(["token"], "token_type_hint", "client_id"),
    )
    @public
    async def revoke(self, request: Request, logins: Injected[Logins[U]]) -> Response:
        """End the login of a refresh token. An unknown token is answered by 200 as well."""
        try:
            form = await form_of(request)
        except InvalidFormError as error:
            return refused("invalid_request", str(error))
        if "token" not in form:
            return refused("invalid_request", "token is required.")
        await logins.revoke(form["token"])
        return Response(headers=NOT_STORED)

    @post("/logout", status_code=204)
    @Access()
    async def logout(self, me: Injected[Identity], logins: Injected[Logins[U]]) -> None:
        """End the login that the request belongs to."""
        await logins.logout(me)
