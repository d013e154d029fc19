"""The schemas and responses of problem details in the OpenAPI document."""

import re
from collections.abc import Iterator
from typing import Any

from ._response import MEDIA_TYPE, phrase_of
from ._types import ProblemTypes

type Json = dict[str, Any]

_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
_SCHEMAS = "#/components/schemas/"
_INVALID = "422"
_FASTAPI_INVALID = {"application/json": {"schema": {"$ref": f"{_SCHEMAS}HTTPValidationError"}}}
_ERROR = re.compile("[45](XX|[0-9]{2})")

_PROBLEM: Json = {
    "description": "Problem details (RFC 9457).",
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "type": {
            "description": "The kind of problem, for programs.",
            "type": "string",
            "format": "uri-reference",
            "default": "about:blank",
        },
        "title": {"type": "string", "description": "The kind of problem."},
        "status": {"type": "integer", "description": "The HTTP status code."},
        "detail": {"type": "string", "description": "What is wrong with this request."},
        "request_id": {"type": "string", "description": "The request, as in X-Request-ID."},
        "errors": {"description": "The detail of the error, if it is not a text."},
    },
}
_FAULT: Json = {
    "type": "object",
    "required": ["in", "pointer", "code", "detail"],
    "properties": {
        "in": {"type": "string", "description": "The part of the request."},
        "pointer": {"type": "string", "description": "The field, as a JSON pointer (RFC 6901)."},
        "code": {"type": "string", "description": "The kind of fault, for programs."},
        "detail": {"type": "string", "description": "What is wrong with it."},
        "params": {"description": "What the kind of fault depends on, as an object."},
        "allowed": {"description": "What may be there instead, as a list."},
    },
}
_ERRORS: Json = {
    "type": "object",
    "required": ["errors"],
    "properties": {"errors": {"type": "array", "items": _FAULT}},
}


def document_problems(document: Json, types: ProblemTypes) -> None:
    """Add problem details to an OpenAPI document, in place.

    The schema of FastAPI's validation errors is replaced, documented errors get a problem as a
    further content type, and every operation gets a default response.

    Args:
        document: The document.
        types: The types of problems, which are the examples of the member `type`.
    """
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem, validation = _free("Problem", schemas), _free("ValidationProblem", schemas)
    if _has_fastapi_schema(schemas):
        _leave_out_fastapi_errors(document)
    for operation in _operations(document):
        responses = operation.setdefault("responses", {})
        for status, response in responses.items():
            if _ERROR.fullmatch(status) and "$ref" not in response:
                content = response.setdefault("content", {})
                content |= _content(validation if status == _INVALID else problem) | content
        default = {"description": "An error", "content": _content(problem)}
        responses.setdefault("default", default)
    for name in ("HTTPValidationError", "ValidationError"):
        if f"{_SCHEMAS}{name}'" not in str(document):
            schemas.pop(name, None)
    examples = [f"{types.base}{known.slug}" for known in types]
    uris = {"type": {**_PROBLEM["properties"]["type"], "examples": examples}}
    schemas[problem] = {
        "title": problem,
        **_PROBLEM,
        "properties": {**_PROBLEM["properties"], **uris},
    }
    schemas[validation] = {
        "title": validation,
        "description": "Problem details of a request that is not valid.",
        "allOf": [_reference(problem), _ERRORS],
    }


def _free(name: str, schemas: Json) -> str:
    """Return a name that no schema has, which begins with `name`."""
    return _free(f"{name}Details", schemas) if name in schemas else name


def _operations(document: Json) -> Iterator[Json]:
    for path in document.get("paths", {}).values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _has_fastapi_schema(schemas: Json) -> bool:
    """Return whether the schema HTTPValidationError is FastAPI's, not a model of the user's."""
    fields = schemas.get("HTTPValidationError", {}).get("properties", {})
    return bool(fields.get("detail", {}).get("items") == _reference("ValidationError"))


def _leave_out_fastapi_errors(document: Json) -> None:
    for operation in _operations(document):
        response = operation.get("responses", {}).get(_INVALID, {})
        if response.get("content") == _FASTAPI_INVALID:
            response |= {"description": phrase_of(int(_INVALID)), "content": {}}


def _content(schema: str) -> Json:
    return {MEDIA_TYPE: {"schema": _reference(schema)}}


def _reference(schema: str) -> Json:
    return {"$ref": f"{_SCHEMAS}{schema}"}
