"""What the source of a model says about its columns; the model is not imported."""

import ast
from dataclasses import dataclass
from pathlib import Path

from ..._exit import FAILED, WRONG_USAGE, Exit

# An example of each type, as Python and in the body of a request.
_EXAMPLES = {
    "str": ('"text"', '"text"'),
    "int": ("1", "1"),
    "float": ("1.5", "1.5"),
    "bool": ("True", "True"),
    "Decimal": ('Decimal("1.50")', '"1.50"'),
    "date": ("date(2026, 1, 31)", '"2026-01-31"'),
    "datetime": ("datetime(2026, 1, 31, 12, tzinfo=UTC)", '"2026-01-31T12:00:00Z"'),
    "UUID": ("UUID(int=1)", '"00000000-0000-0000-0000-000000000001"'),
    "dict[str, object]": ("{}", "{}"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a model.

    Args:
        name: The attribute.
        annotation: Its type, without `| None`.
        nullable: Whether it may be NULL.
        limits: The arguments of pydantic's `Field` that the column needs.
        is_reference: Whether it is a foreign key.
        member: The first member of its enum, such as "Status.OPEN", and that member's value.
    """

    name: str
    annotation: str
    nullable: bool = False
    limits: str = ""
    is_reference: bool = False
    member: tuple[str, str] | None = None

    @property
    def example(self) -> str:
        """An example of its values in Python."""
        return self.member[0] if self.member else _EXAMPLES.get(self.annotation, ("None", ""))[0]

    @property
    def json_example(self) -> str:
        """An example of its values in the body of a request, written in Python."""
        if self.member:
            return f'"{self.member[1]}"'
        return _EXAMPLES.get(self.annotation, ("", "None"))[1]


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model, as its source describes it.

    Args:
        columns: The columns but for the key and what a mixin adds.
        enums: The names of the enums that its module has.
    """

    columns: tuple[Column, ...]
    enums: tuple[str, ...]

    @property
    def has_references(self) -> bool:
        """Whether a record needs another record."""
        return any(each.is_reference and not each.nullable for each in self.columns)


def read_model(file: Path, name: str) -> ModelSource:
    """Return what a file says about a model.

    Raises:
        Exit: There is no such file or model, or the file is not valid Python.
    """
    if not file.is_file():
        raise Exit(
            f"There is no model {name} in {file}: write it by `ftf make model`.", WRONG_USAGE
        )
    return parse_model(file.read_text(encoding="utf-8"), name, str(file))


def parse_model(text: str, name: str, file: str) -> ModelSource:
    """Return what a source says about a model; see `read_model`."""
    try:
        classes = [each for each in ast.parse(text).body if isinstance(each, ast.ClassDef)]
    except SyntaxError as error:
        raise Exit(f"{file} is not valid Python: {error}", FAILED) from None
    found = next((each for each in classes if each.name == name), None)
    if found is None:
        raise Exit(f"{file} has no class {name}.", WRONG_USAGE)
    enums = {each.name: _first_member(each) for each in classes if each is not found}
    members = {enum: member for enum, member in enums.items() if member}
    columns = [_column(each, members) for each in found.body if isinstance(each, ast.AnnAssign)]
    return ModelSource(tuple(each for each in columns if each), tuple(members))


def _column(node: ast.AnnAssign, members: dict[str, tuple[str, str]]) -> Column | None:
    annotation = node.annotation
    if not (isinstance(annotation, ast.Subscript) and isinstance(node.target, ast.Name)):
        return None
    call = ast.unparse(node.value) if node.value else ""
    written = ast.unparse(annotation.slice)
    if (
        ast.unparse(annotation.value) != "Mapped"
        or "relationship(" in call
        or "primary_key" in call
    ):
        return None
    kind = written.removesuffix(" | None")
    return Column(
        node.target.id,
        kind,
        nullable=kind != written,
        limits=_limits(node.value),
        is_reference="ForeignKey(" in call,
        member=members.get(kind),
    )


def _limits(value: ast.expr | None) -> str:
    for each in ast.walk(value) if value else ():
        if isinstance(each, ast.Call):
            kind, given = ast.unparse(each.func), [ast.unparse(arg) for arg in each.args]
            if kind == "String" and given:
                return f"max_length={given[0]}"
            if kind == "Numeric" and len(given) > 1:
                return f"max_digits={given[0]}, decimal_places={given[1]}"
    return ""


def _first_member(node: ast.ClassDef) -> tuple[str, str] | None:
    for each in node.body:
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
            return f"{node.name}.{ast.unparse(each.targets[0])}", str(each.value.value)
    return None
