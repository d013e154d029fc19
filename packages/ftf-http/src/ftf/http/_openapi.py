"""The part of the OpenAPI document that tells what errors look like."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from ._problem import MEDIA_TYPE

type Json = dict[str, Any]

_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
_REPLACED = "#/components/schemas/HTTPValidationError"
_FIRST_ERROR = 400

_PROBLEM: Json = {
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "default": "about:blank"},
        "title": {"type": "string", "description": "What kind of problem it is."},
        "status": {"type": "integer", "description": "The HTTP status code."},
        "detail": {"type": "string", "description": "What went wrong this time."},
        "request_id": {"type": "string", "description": "The request, as in X-Request-ID."},
    },
}
_FAULT: Json = {
    "type": "object",
    "required": ["in", "pointer", "detail"],
    "properties": {
        "in": {"type": "string", "description": "The part of the request."},
        "pointer": {"type": "string", "description": "The field, as a JSON pointer (RFC 6901)."},
        "detail": {"type": "string", "description": "What is wrong with it."},
    },
}
_ERRORS: Json = {
    "type": "object",
    "required": ["errors"],
    "properties": {"errors": {"type": "array", "items": _FAULT}},
}


def document_problems(document: Json) -> None:
    """Write into an OpenAPI document that errors are problem details.

    FastAPI's validation errors are replaced, documented errors without content get one, and every
    operation gets a default response.
    """
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem, validation = _free("Problem", schemas), _free("ValidationProblem", schemas)
    for operation in _operations(document):
        responses = operation.setdefault("responses", {})
        for status, response in responses.items():
            _document_error(status, response, problem, validation)
        default = {"description": "An error", "content": _content(problem)}
        responses.setdefault("default", default)
    for name in ("HTTPValidationError", "ValidationError"):
        if f"#/components/schemas/{name}'" not in str(document):
            schemas.pop(name, None)
    schemas[problem] = {"title": problem, **_PROBLEM}
    schemas[validation] = {
        "title": validation,
        "description": "Problem details of a request that is not valid.",
        "allOf": [_reference(problem), _ERRORS],
    }


def _free(name: str, schemas: Json) -> str:
    """Find a name that no model of the user's has."""
    return _free(f"{name}Details", schemas) if name in schemas else name


def _operations(document: Json) -> Iterator[Json]:
    for path in document.get("paths", {}).values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _document_error(status: str, response: Json, problem: str, validation: str) -> None:
    if f"'{_REPLACED}'" in str(response) and status.isdecimal():
        response["description"] = HTTPStatus(int(status)).phrase
        response["content"] = _content(validation)
    elif status.isdecimal() and int(status) >= _FIRST_ERROR and "content" not in response:
        response["content"] = _content(problem)


def _content(schema: str) -> Json:
    return {MEDIA_TYPE: {"schema": _reference(schema)}}


def _reference(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}
