"""`ftf container graph`."""

from pathlib import Path
from typing import Annotated, Literal

from .._console import Console
from .._exit import WRONG_USAGE, Exit
from .._keys import find_key
from ..discovery._application import Application
from ..parameters._markers import Argument, Option


def graph(
    key: Annotated[str, Argument(help="A service; by default all.")] = "",
    *,
    format: Annotated[  # noqa: A002  # the option is --format
        Literal["text", "mermaid", "svg", "json"], Option(help="What is written.", short="f")
    ] = "text",
    depth: Annotated[int | None, Option(help="How far from the service.", min=1)] = None,
    output: Annotated[Path | None, Option(help="The file to write, not stdout.", short="o")] = None,
    application: Application,
    console: Console,
) -> None:
    """Draw which service needs which."""
    if depth is not None and not key:
        raise Exit("--depth says how far from a service: name the service, too.", WRONG_USAGE)
    drawn = application.container.graph()
    if key:
        drawn = drawn.around(find_key(application.container, key), depth)
    console.document(
        services=[
            {"key": each.name, "made_by": each.how, "location": each.location, "needs": each.needs}
            for each in drawn.services
        ]
    )
    if format == "json":
        console.is_json = True
        return
    texts = {"text": drawn.to_text, "mermaid": drawn.to_mermaid, "svg": drawn.to_svg}
    text = texts[format]()
    if output is None:
        console.line(text)
    else:
        output.write_text(f"{text}\n", encoding="utf-8")
        console.note(f"Wrote {output}.")
