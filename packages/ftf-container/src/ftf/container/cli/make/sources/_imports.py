"""The import statements that a generated text needs."""

import re
from collections.abc import Mapping

_MODULES = {
    "StrEnum": "enum",
    "date": "datetime",
    "datetime": "datetime",
    "Decimal": "decimal",
    "Annotated": "typing",
    "UUID": "uuid",
    "Path": "fastapi",
    "Query": "fastapi",
    "Controller": "ftf.http",
    "delete": "ftf.http",
    "get": "ftf.http",
    "post": "ftf.http",
    "put": "ftf.http",
    "Policy": "ftf.http.auth",
    "Base": "ftf.orm",
    "BaseRepository": "ftf.orm",
    "Page": "ftf.orm",
    "Seeder": "ftf.orm",
    "SoftDeletes": "ftf.orm",
    "Timestamps": "ftf.orm",
    "UtcDateTime": "ftf.orm",
    "Versioned": "ftf.orm",
    "BaseModel": "pydantic",
    "ConfigDict": "pydantic",
    "Field": "pydantic",
    "BigInteger": "sqlalchemy",
    "ForeignKey": "sqlalchemy",
    "JSON": "sqlalchemy",
    "Numeric": "sqlalchemy",
    "String": "sqlalchemy",
    "Text": "sqlalchemy",
    "Mapped": "sqlalchemy.orm",
    "mapped_column": "sqlalchemy.orm",
    "relationship": "sqlalchemy.orm",
}
_STANDARD = {"datetime", "decimal", "enum", "typing", "uuid"}


def imports_of(
    text: str, siblings: Mapping[str, str] | None = None, own: Mapping[str, str] | None = None
) -> str:
    """Return the imports of a text, in the order of isort.

    Args:
        text: The source without imports.
        siblings: The modules beside this one by the names that are imported for types only.
        own: The modules of the project by the names that the text uses.
    """
    # Strings and docstrings name nothing, but quoted types of relationships are in `siblings`.
    code = re.sub(r'"""[\s\S]*?"""|"[^"\n]*"|`[^`\n]*`', "", text)
    used = {
        name: module for name, module in _MODULES.items() if re.search(rf"(?<![\w.]){name}\b", code)
    }
    if siblings:
        used["TYPE_CHECKING"] = "typing"
    groups = [
        _statements({name: module for name, module in used.items() if module in _STANDARD}),
        _statements({name: module for name, module in used.items() if module not in _STANDARD}),
        _statements(own or {}),
    ]
    parts = ["\n".join(group) for group in groups if group]
    if siblings:
        lines = [f"    from .{module} import {name}" for name, module in sorted(siblings.items())]
        parts.append("\n".join(("if TYPE_CHECKING:", *lines)))
    return "\n\n".join(parts) + "\n"


def _statements(names: Mapping[str, str]) -> list[str]:
    modules: dict[str, list[str]] = {}
    for name, module in names.items():
        modules.setdefault(module, []).append(name)
    # isort's order within a statement: constants, classes, functions.
    return [
        f"from {module} import {', '.join(sorted(found, key=_case))}"
        for module, found in sorted(modules.items())
    ]


def _case(name: str) -> tuple[int, str]:
    rank = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return rank, name
