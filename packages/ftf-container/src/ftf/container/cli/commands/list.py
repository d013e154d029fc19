"""`ftf list`."""

from .._console import Console
from ..discovery._index import CommandIndex


def list_(commands: CommandIndex, console: Console) -> None:
    """Show every command and its package."""
    listed = [*commands]
    console.table([(f"ftf {each.name}", each.summary, each.source) for each in listed])
    console.document(
        commands=[
            {"name": each.name, "summary": each.summary, "source": each.source} for each in listed
        ]
    )
