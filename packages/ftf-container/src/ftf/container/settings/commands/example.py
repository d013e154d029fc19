"""`ftf config example`."""

import json
import re
from collections.abc import Iterator

from pydantic import SecretBytes, SecretStr
from pydantic_core import PydanticUndefined, to_jsonable_python

from ...cli import Application, Console
from .._variables import Variable, variables_of
from ._providers import providers_of


def example(application: Application, console: Console) -> None:
    """Write a file of all variables, to be copied to .env."""
    for provider in providers_of(application):
        for variable in variables_of(provider.settings):
            for line in _lines(variable):
                console.line(line)


def _lines(variable: Variable) -> Iterator[str]:
    """Return a description and the assignment, which is a comment if there is a default."""
    for line in (variable.field.description or "").splitlines():
        yield f"# {line}"
    if variable.is_required:
        yield f"{variable.name}="
    else:
        yield f"# {variable.name}={_quoted(_text(variable.default))}"


def _text(value: object) -> str:
    """Return a default as the text of a variable; nothing for one that is secret or computed."""
    if value is None or value is PydanticUndefined or isinstance(value, SecretStr | SecretBytes):
        return ""
    plain = to_jsonable_python(value, fallback=lambda _: None)
    text = plain if isinstance(plain, str) else json.dumps(plain)
    return "" if "${" in text else text  # which a file would expand, however it is quoted


def _quoted(text: str) -> str:
    if re.fullmatch(r"[\w./:@,+%-]*", text, re.ASCII):
        return text
    # What a file decodes within double quotes is what JSON escapes, but for letters beyond ASCII.
    return json.dumps(text, ensure_ascii=False)
