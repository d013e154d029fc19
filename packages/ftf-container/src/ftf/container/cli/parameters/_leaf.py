"""One command as click's: its parameters are those of the function."""

import inspect
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ..discovery._index import CommandEntry
from ._signature import CommandParameter, CommandSignature, signature_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class Call:
    """A command with the values that the command line has for it."""

    entry: CommandEntry
    signature: CommandSignature
    given: dict[str, object]


class TextType(click.ParamType):  # type: ignore[type-arg]  # generic in newer click only
    """Reads the text of a parameter."""

    def __init__(self, parameter: CommandParameter) -> None:
        self.name = parameter.type.name
        self._type = parameter.type

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Return the value of a text."""
        try:
            found = self._type.parse(str(value))
        except (ValueError, ArithmeticError, LookupError):
            self.fail(f"{value!r} is not {self._type.expected}.", param, ctx)
        marker = self._type.marker
        low, high = (marker.min, marker.max) if marker else (None, None)
        if isinstance(found, int | float):
            if low is not None and found < low:
                self.fail(f"{found} is below {low:g}, the smallest value.", param, ctx)
            if high is not None and found > high:
                self.fail(f"{found} is above {high:g}, the largest value.", param, ctx)
        return found

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str | None:
        """Return what the help shows in place of the value."""
        del param, ctx
        return f"[{'|'.join(self._type.choices)}]" if self._type.choices else None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the choices that begin with what is typed."""
        from click.shell_completion import CompletionItem

        del ctx, param
        names = (each for each in self._type.choices if each.startswith(incomplete))
        if self.name == "path":
            return [CompletionItem(incomplete, type="file")]
        return [CompletionItem(name) for name in names]


class Flag(click.Option):
    """A flag, whose help shows its negation only where that is not the default."""

    def __init__(self, names: list[str], *, hides_no: bool, help: str) -> None:  # noqa: A002  # click's
        super().__init__(names, help=help, default=None)
        self._hides_no = hides_no

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the names and the help."""
        names, text = super().get_help_record(ctx) or ("", "")
        return names.partition(" / ")[0] if self._hides_no else names, text


class Leaf(click.Command):
    """One command: its parameters are those of the function."""

    def __init__(self, entry: CommandEntry, signature: CommandSignature) -> None:
        self._signature = signature
        super().__init__(
            entry.words[-1],
            params=[_click_parameter(each) for each in signature.plain],
            callback=partial(self._call, entry),
            help=_help_of(signature),
        )

    @classmethod
    def of(cls, entry: CommandEntry) -> "Leaf":
        """Return a command, whose module is imported.

        Raises:
            Exit: It cannot be loaded.
        """
        return cls(entry, signature_of(entry))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the arguments mean, and then the options."""
        rows = [(each.name.upper(), each.help) for each in self._signature.plain if _is_shown(each)]
        if rows:
            with formatter.section("Arguments"):
                formatter.write_dl(rows)
        super().format_options(ctx, formatter)

    def _call(self, entry: CommandEntry, **values: object) -> Call:
        context = click.get_current_context()
        given: dict[str, object] = {}
        for each in self._signature.plain:
            # What is not given is left to the default of the function.
            if context.get_parameter_source(each.name) is ParameterSource.COMMANDLINE:
                value = values[each.name]
                many = each.type.many
                given[each.name] = many(value) if many and isinstance(value, tuple) else value
            elif each.required and each.type.many:
                given[each.name] = each.type.many(())
            elif each.required:  # a flag, whose absence click takes for no
                context.fail(f"Missing option '{each.flag} / --no-{each.flag[2:]}'.")
        return Call(entry, self._signature, given)


def _click_parameter(each: CommandParameter) -> click.Parameter:
    kind = TextType(each)
    if not each.is_option:
        return click.Argument(
            [each.name],
            type=kind,
            required=each.required and each.type.many is None,
            nargs=-1 if each.type.many else 1,
        )
    short = [f"-{letter}" for letter in [getattr(each.type.marker, "short", "")] if letter]
    if each.type.is_flag:
        names = [*short, f"{each.flag}/--no-{each.flag[2:]}", each.name]
        return Flag(names, hides_no=each.default is False, help=_option_help(each))
    return click.Option(
        [*short, each.flag, each.name],
        type=kind,
        required=each.required and each.type.many is None,
        multiple=each.type.many is not None,
        help=_option_help(each),
        metavar=kind.get_metavar(click.Argument([each.name])) or kind.name.upper(),
    )


def _option_help(each: CommandParameter) -> str:
    shown = each.default not in (None, "", False, (), [])  # not all are hashable
    value = getattr(each.default, "value", each.default)
    return f"{each.help}  [default: {value}]".strip() if shown and not each.required else each.help


def _is_shown(each: CommandParameter) -> bool:
    return not each.is_option and bool(each.help)


def _help_of(signature: CommandSignature) -> str:
    """Return the docstring up to its sections, which are about the function's parameters.

    click keeps the lines of a paragraph that begins with a backspace: those that are indented.
    """
    text = inspect.getdoc(signature.function) or ""
    text = re.split(r"\n(?:Args|Returns|Raises|Example):", text)[0].strip()
    return re.sub(r"\n\n(?= )", "\n\n\b\n", text)
