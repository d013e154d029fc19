"""The options that several commands have."""

from typing import Annotated

from ftf.container.cli import Option

type Force = Annotated[bool, Option(help="Do it in production, too.")]
type Database = Annotated[
    str | None, Option(help="The name of the database, typed in advance; needs --force.")
]
type Values = Annotated[tuple[str, ...], Option(help="A value for env.py, as url=...", short="x")]
