"""What the OpenAPI document says about errors, and that they are like that."""

import pytest
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel

from ftf.http import FastTrackFramework
from ftf.orm import Base, Page, RecordNotFound

PROBLEM = {"$ref": "#/components/schemas/Problem"}
VALIDATION_PROBLEM = {"$ref": "#/components/schemas/ValidationProblem"}


class Order(BaseModel):
    amount: int


def with_routes(app: FastAPI) -> FastAPI:
    @app.post("/orders", responses={404: {"description": "No such shop"}, 409: {"model": Order}})
    async def create(order: Order) -> Order: ...

    @app.get("/plain")
    async def plain() -> str: ...

    return app


@pytest.fixture
def document():
    return with_routes(FastTrackFramework()).openapi()


def schema_of(response, media_type="application/problem+json"):
    return response["content"][media_type]["schema"]


def test_edge_40_validation_errors_are_problems_in_the_document(document):
    responses = document["paths"]["/orders"]["post"]["responses"]
    assert list(responses["422"]["content"]) == ["application/problem+json"]
    assert schema_of(responses["422"]) == VALIDATION_PROBLEM
    assert "422" not in document["paths"]["/plain"]["get"]["responses"]
    schemas = document["components"]["schemas"]
    assert sorted(schemas) == ["Order", "Problem", "ValidationProblem"]


def test_every_operation_may_answer_with_a_problem(document):
    for path, method in (("/orders", "post"), ("/plain", "get")):
        assert schema_of(document["paths"][path][method]["responses"]["default"]) == PROBLEM


def test_a_documented_error_may_be_a_problem_besides_what_it_says(document):
    responses = document["paths"]["/orders"]["post"]["responses"]
    assert schema_of(responses["404"]) == PROBLEM
    assert schema_of(responses["409"], "application/json") == {"$ref": "#/components/schemas/Order"}
    assert schema_of(responses["409"]) == PROBLEM


def test_the_document_is_made_once_and_again_for_new_routes():
    app = with_routes(FastTrackFramework())
    assert app.openapi() is app.openapi()
    app.openapi_schema = None
    assert "default" in app.openapi()["paths"]["/plain"]["get"]["responses"]


def test_schemas_that_webhooks_still_use_stay():
    hooks = APIRouter()

    @hooks.post("paid")
    async def paid(order: Order) -> None: ...

    document = with_routes(FastTrackFramework(webhooks=hooks)).openapi()
    assert "HTTPValidationError" in document["components"]["schemas"]


def test_an_application_without_models_is_described_too():
    assert "Problem" in FastTrackFramework().openapi()["components"]["schemas"]


def test_a_model_of_the_user_s_keeps_its_name():
    class Problem(BaseModel):
        chess: str

    app = FastTrackFramework()

    @app.post("/")
    async def solve(problem: Problem) -> None: ...

    document = app.openapi()
    schemas = document["components"]["schemas"]
    assert list(schemas["Problem"]["properties"]) == ["chess"]
    reference = {"$ref": "#/components/schemas/ProblemDetails"}
    assert schema_of(document["paths"]["/"]["post"]["responses"]["default"]) == reference
    assert schemas["ValidationProblem"]["allOf"][0] == reference
    assert "request_id" in schemas["ProblemDetails"]["properties"]


async def test_without_problem_details_everything_is_fastapi_s(serve):
    class SoldOutError(Exception): ...

    class Ticket(Base):
        __abstract__ = True

    app = with_routes(FastTrackFramework(problem_details=False, title="Shop"))
    assert app.openapi() == with_routes(FastAPI(title="Shop")).openapi()
    app.map_error(SoldOutError, 410)
    app.map_error(ConnectionError, 503)

    @app.get("/sold-out")
    async def sold_out() -> None:
        raise SoldOutError("No tickets left")

    @app.get("/down")
    async def down() -> None:
        raise ConnectionError("secret host")

    @app.get("/missing")
    async def missing() -> None:
        raise RecordNotFound(Ticket)

    @app.get("/forbidden")
    async def forbidden() -> None:
        raise HTTPException(403, "No")

    @app.get("/unchanged")
    async def unchanged() -> None:
        raise HTTPException(304, headers={"etag": "7"})

    async with serve(app) as client:
        answer = await client.get("/unchanged")
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", "7")
        for path, status, detail in (
            ("/sold-out", 410, "No tickets left"),
            ("/down", 503, "Service Unavailable"),
            ("/missing", 404, "Ticket not found"),
            ("/forbidden", 403, "No"),
        ):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()) == (status, {"detail": detail})
        assert "detail" in (await client.post("/orders", json={})).json()


def test_a_model_that_is_named_almost_like_fastapi_s_own_is_documented_as_it_is():
    class HTTPValidationErrors(BaseModel): ...

    app = FastTrackFramework()

    @app.get("/", responses={"4XX": {"model": HTTPValidationErrors}})
    async def show() -> None: ...

    response = app.openapi()["paths"]["/"]["get"]["responses"]["4XX"]
    assert schema_of(response, "application/json") == {
        "$ref": "#/components/schemas/HTTPValidationErrors"
    }


async def test_a_documented_error_that_is_raised_with_data_is_described(serve):
    app = FastTrackFramework()

    @app.get("/", responses={404: {"model": Order}})
    async def show() -> None:
        raise HTTPException(404, {"code": 1})

    async with serve(app) as client:
        answer = await client.get("/")
    response = app.openapi()["paths"]["/"]["get"]["responses"]["404"]
    assert answer.json()["errors"] == {"code": 1}
    assert answer.headers["content-type"] in response["content"]
    assert "errors" in app.openapi()["components"]["schemas"]["Problem"]["properties"]


def test_a_model_of_the_user_s_that_is_named_like_fastapi_s_own_is_not_replaced():
    class HTTPValidationError(BaseModel):
        code: int

    app = FastTrackFramework()
    responses = {status: {"model": HTTPValidationError} for status in (400, 422, 499)}

    @app.get("/", responses=responses)
    async def show(page: int) -> None: ...

    document = app.openapi()
    assert list(document["components"]["schemas"]["HTTPValidationError"]["properties"]) == ["code"]
    documented = document["paths"]["/"]["get"]["responses"]
    own = {"$ref": "#/components/schemas/HTTPValidationError"}
    for status, problem in (("400", PROBLEM), ("422", VALIDATION_PROBLEM), ("499", PROBLEM)):
        assert schema_of(documented[status], "application/json") == own
        assert schema_of(documented[status]) == problem


def test_a_response_that_is_a_reference_has_nothing_beside_it():
    app = FastTrackFramework()
    reference = {"$ref": "#/components/responses/Missing"}

    @app.get("/", openapi_extra={"responses": {"404": reference}})
    async def show() -> None: ...

    assert app.openapi()["paths"]["/"]["get"]["responses"]["404"] == reference


def test_a_page_is_described_for_clients():
    app = FastTrackFramework()

    @app.get("/")
    async def index() -> Page[Order]: ...

    page = app.openapi()["components"]["schemas"]["Page_Order_"]
    assert page["description"] == "One page of a longer list."
    assert page["properties"]["current_page"]["description"] == "The page's number, from 1."
