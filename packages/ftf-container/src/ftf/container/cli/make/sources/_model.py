"""The source of a model."""

from collections.abc import Iterable, Iterator, Sequence

from ._fields import Field
from ._imports import imports_of
from ._names import plural, snake, words


def model_source(name: str, fields: Sequence[Field], table: str, mixins: Sequence[str]) -> str:
    """Return the source of the module of a model.

    Args:
        name: The model's name.
        fields: Its fields.
        table: The name of its table.
        mixins: The names of the mixins of ftf-orm that it has.
    """
    body = "\n".join(_body(fields))
    enums = "".join(_enum(field) for field in fields if field.members)
    bases = ", ".join((*mixins, "Base"))
    text = (
        f'{enums}class {name}({bases}):\n    """A row of the table `{table}`."""\n\n'
        f'    __tablename__ = "{table}"\n\n{body}\n'
    )
    head = f'"""The model `{name}`: {plural(words(name))}."""\n\n'
    return head + imports_of(text, _targets(fields, name)) + "\n\n" + text


def _body(fields: Iterable[Field]) -> Iterator[str]:
    yield "    id: Mapped[int] = mapped_column(primary_key=True)"
    for field in fields:
        yield f"    {_column(field)}"
        if field.target:
            target = f'"{field.target}{" | None" if field.nullable else ""}"'
            yield f"    {field.name}: Mapped[{target}] = relationship()"


def _column(field: Field) -> str:
    annotation = f"{field.annotation} | None" if field.nullable else field.annotation
    options = [field.column] if field.column else []
    if field.target:
        options.append("index=True")
    if field.unique:
        options.append("unique=True")
    name = f"{field.name}_id" if field.target else field.name
    value = f" = mapped_column({', '.join(options)})" if options else ""
    return f"{name}: Mapped[{annotation}]{value}"


def _enum(field: Field) -> str:
    members = "\n".join(f'    {member.upper()} = "{member}"' for member in field.members)
    head = f'class {field.annotation}(StrEnum):\n    """What `{field.name}` can be."""'
    return f"{head}\n\n{members}\n\n\n"


def _targets(fields: Iterable[Field], name: str) -> dict[str, str]:
    """Return the module of each other model that is named, relative to the models."""
    return {each.target: snake(each.target) for each in fields if each.target not in {"", name}}
