"""`resource_contract` on lists that keep what they document, and on ones that do not."""

import re
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from httpx import ASGITransport, AsyncClient, Response

from ftf.testing import ResourceContractError, resource_contract

SCHEMAS = {
    "page": {"type": "integer", "minimum": 1, "maximum": 20},
    "per_page": {"type": "integer", "minimum": 1, "maximum": 5},
    "price": {"type": "number"},
    "sold": {"type": "boolean"},
    "name": {"type": "string", "maxLength": 3},
    "code": {"type": "string", "format": "uuid"},
    "made": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string"}]},
    "kinds": {"type": "array", "items": {"type": "string", "enum": ["tea", "pot"]}},
    "sort": {"type": "array", "items": {"type": "string", "enum": ["name", "-name"]}},
    "cursor": {"type": "string", "minLength": 1},
}
TAKEN = {
    "page": "1?[1-9]|20",
    "per_page": "[1-5]",
    "price": r"\d+",
    "sold": "true|false",
    "name": "[^\0]{0,3}",
    "code": "[0-9a-f-]{36}",
    "made": r"\d{4}-\d\d-\d\dT.*Z",
    "kinds": "tea|pot",
    "sort": "-?name",
    "cursor": ".+",
}


def parameter(name: str, schema: dict[str, object]) -> dict[str, object]:
    return {"name": name, "in": "query", "schema": schema, "explode": name != "sort"}


async def strict(request: Request) -> JSONResponse:
    """Take what is documented, and nothing else."""
    asked, faults = request.query_params, []
    for name in asked:
        values = asked.getlist(name)
        if name not in SCHEMAS:
            faults.append({"pointer": f"/{name}", "allowed": [*SCHEMAS]})
        elif (len(values) > 1 and name != "kinds") or not all(
            re.fullmatch(TAKEN[name], value) for value in values
        ):
            faults.append({"pointer": f"/{name}"})
    if faults:
        return JSONResponse({"errors": faults}, 422)
    page = int(asked.get("page", "1"))
    link = {"link": f'<?per_page=1&page={page + 1}>; rel="next"'} if page < 3 else {}
    return JSONResponse({"items": [page]}, headers=link)


async def loose(
    page: Annotated[int, Query(ge=1)] = 1,
    name: Annotated[str, Query(max_length=5)] = "",
    per_page: int = 1,
) -> JSONResponse:
    """Ignore what is unknown, and show one record on each page."""
    return JSONResponse({"items": [1]}, headers={"link": '<?page=2>; rel="next"'})


async def plain() -> None:
    """Take nothing."""


@pytest.fixture
async def client():
    app = FastAPI()
    documented = {"parameters": [parameter(name, schema) for name, schema in SCHEMAS.items()]}
    app.add_api_route("/strict", strict, openapi_extra=documented)
    app.add_api_route("/loose", loose)
    app.add_api_route("/plain", plain)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_list_that_does_what_it_documents_keeps_its_contract(client):
    await resource_contract(client, "/strict")


async def test_a_list_that_ignores_what_it_does_not_know_does_not(client):
    with pytest.raises(ResourceContractError, match="does not keep") as caught:
        await resource_contract(client, "/loose")
    assert "no_such_parameter=1 is unknown, and answered 200, not 422" in caught.value.faults
    assert "page='1'&page='1' is answered 200, not 422" in caught.value.faults
    assert "the pages of /loose show a record twice" in caught.value.faults


async def test_a_list_that_does_not_say_what_is_allowed_does_not(client):
    class Refusing(AsyncClient):
        async def get(self, path, **options):
            answer = await client.get(path, **options)
            if answer.status_code == 422:
                return Response(422, json={"errors": [{}]}, request=answer.request)
            return answer

    async with Refusing() as refusing:
        with pytest.raises(ResourceContractError, match="does not list what is allowed") as caught:
            await resource_contract(refusing, "/strict")
    assert any("has no pointer" in fault for fault in caught.value.faults)


async def test_a_path_that_the_document_does_not_have_is_an_error(client):
    with pytest.raises(LookupError, match=r"/openapi.json has no GET of '/nowhere'"):
        await resource_contract(client, "/nowhere")


async def test_a_list_without_parameters_ignores_them(client):
    with pytest.raises(ResourceContractError, match="1 parts of its contract"):
        await resource_contract(client, "/plain")


async def test_a_list_behind_a_login_is_asked_with_the_headers_that_are_passed():
    async def closed(request: Request) -> None:
        if request.headers.get("authorization") != "Bearer x":
            raise HTTPException(401)

    app = FastAPI(dependencies=[Depends(closed)])
    documented = {"parameters": [parameter(name, schema) for name, schema in SCHEMAS.items()]}
    app.add_api_route("/strict", strict, openapi_extra=documented)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        with pytest.raises(
            PermissionError, match=r"GET /strict is answered 401: log the client in"
        ):
            await resource_contract(client, "/strict")
        await resource_contract(client, "/strict", headers={"authorization": "Bearer x"})
