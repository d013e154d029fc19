"""`ftf db status`."""

from ftf.container.cli import Console, Exit, Project

from ._alembic import Migrations
from ._options import Values


def status(*, x: Values = (), project: Project, console: Console) -> None:
    """Show which migrations are pending; the exit code is 1 if some are."""
    state = Migrations(project, x).state(create=False)
    console.document(
        current=state.current, heads=state.heads, pending=[each.id for each in state.pending]
    )
    console.line(f"database: {', '.join(state.current) or 'base'}")
    console.line(f"newest:   {', '.join(state.heads) or 'none'}")
    for each in state.pending:
        console.line(f"pending:  {each}")
    if state.pending:
        raise Exit("Migrations are pending: apply them by `ftf db upgrade`.")
