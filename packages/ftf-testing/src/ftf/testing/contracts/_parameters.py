"""Values of query parameters, right and wrong, made from their schemas in an OpenAPI document."""

from collections.abc import Iterator, Mapping
from typing import Any

type Schema = Mapping[str, Any]

_BY_FORMAT = {
    "date": "2026-02-28",
    "date-time": "2026-02-28T12:00:00Z",
    "time": "12:00:00",
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
}
_WRONG_BY_TYPE = {
    "integer": ["x", "1.5", "1e3", ""],
    "number": ["x", "NaN", ""],
    "boolean": ["yes"],
}


def right_value(schema: Schema) -> str | None:
    """Return a value that a schema allows; `None` if it cannot be made up, such as a cursor."""
    schema = _single(schema)
    if "enum" in schema:
        return str(schema["enum"][0])
    match schema.get("type"):
        case "integer" | "number":
            return str(max(schema.get("minimum", 1), 1))
        case "boolean":
            return "true"
        case "string" if "format" in schema:
            return _BY_FORMAT.get(schema["format"])
        case "string" if "maxLength" in schema:
            return "a"
    return None


def wrong_values(schema: Schema) -> Iterator[str]:
    """Yield values that a schema does not allow."""
    schema = _single(schema)
    kind = str(schema.get("type"))
    if "enum" in schema or "format" in schema:
        yield "no such value"
    elif kind == "string" and "maxLength" in schema:
        yield "a" * (schema["maxLength"] + 1)
    yield from _WRONG_BY_TYPE.get(kind, [])
    for name, step in (("minimum", -1), ("maximum", 1)):
        if name in schema:
            yield str(schema[name] + step)


def _single(schema: Schema) -> Schema:
    """Return the schema of one value."""
    if schema.get("type") == "array":
        return _single(schema["items"])
    return _single(schema["anyOf"][0]) if "anyOf" in schema else schema
