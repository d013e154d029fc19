"""The parser of the command line, made of click's parts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .._session import Session
from ..discovery._index import CommandIndex, Words

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# What users of Laravel type.
_ALIASES = {
    "tinker": ("shell",),
    "migrate": ("db", "upgrade"),
    "migrate:fresh": ("db", "fresh"),
    "migrate:rollback": ("db", "downgrade"),
    "migrate:status": ("db", "status"),
    "route:list": ("routes",),
}


class Commands(click.Group):
    """The commands whose names begin with some words; they are imported when they are run."""

    def __init__(self, words: Words, **options: object) -> None:
        super().__init__(words[-1] if words else "ftf", **options)  # type: ignore[arg-type]  # click's
        self._words = words

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Show the help of a group without a command, which is not an error."""
        return super().parse_args(ctx, args or ["--help"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command or the group of this name."""
        index, words = _index(ctx), (*self._words, cmd_name)
        entry = index.find(words)
        if entry and not index.below(words):
            from ._leaf import Leaf  # a listing needs none

            return Leaf.of(entry)
        return Commands(words) if index.below(words) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of what was typed; a colon separates words as a space does."""
        index, typed = _index(ctx), args[0]
        if typed not in index.below(self._words):
            words = _ALIASES.get(typed, tuple(typed.split(":"))) if not self._words else (typed,)
            if words[0] not in index.below(self._words):
                ctx.fail(_unknown(typed, [*index.below(self._words)], self._words))
            args = [*words, *args[1:]]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each command and group, without importing them."""
        index = _index(ctx)
        rows = [_row(index, (*self._words, word)) for word in index.below(self._words)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the words and options that begin with what is typed, without importing them."""
        from click.shell_completion import CompletionItem

        words = _index(ctx).below(self._words)
        found = [CompletionItem(word) for word in words if word.startswith(incomplete)]
        return found or click.Command.shell_complete(self, ctx, incomplete)


def _index(ctx: click.Context) -> CommandIndex:
    return ctx.ensure_object(Session).index


def _row(index: CommandIndex, words: Words) -> tuple[str, str]:
    entry, below = index.find(words), index.below(words)
    if entry and not below:
        return words[-1], f"{entry.summary}  ({entry.source})"
    sources = sorted({each.source for each in index.within(words)})
    return words[-1], f"{', '.join(below)}  ({', '.join(sources)})"


def _unknown(typed: str, names: Sequence[str], words: Words) -> str:
    from difflib import get_close_matches

    near = get_close_matches(typed, names, 1) or get_close_matches(typed, names, 1, 0.5)
    command = " ".join(("ftf", *words, typed))
    hint = f" Did you mean {near[0]}?" if near else " `ftf list` shows all commands."
    return f"There is no command `{command}`.{hint}"
