"""The parameters of a command: those of the command line, and the services of all others."""

from dataclasses import dataclass

from ...registration._parameters import Parameter, parameters_of
from .._exit import FAILED, Exit
from ..discovery._index import CommandEntry, Function
from ._markers import Argument, Option
from ._plain_types import PlainType, has_marker, plain_type


@dataclass(frozen=True, slots=True)
class CommandParameter:
    """A parameter that the command line sets.

    Args:
        name: The parameter's name.
        type: How its text is read.
        is_option: Whether it is an option, and not an argument.
        required: Whether it has no default.
        default: Its default, if it is not required.
    """

    name: str
    type: PlainType
    is_option: bool
    required: bool
    default: object

    @property
    def flag(self) -> str:
        """The option as it is typed."""
        return f"--{self.name.strip('_').replace('_', '-')}"

    @property
    def help(self) -> str:
        """What its marker says about it."""
        return self.type.marker.help if self.type.marker else ""


@dataclass(frozen=True, slots=True)
class CommandSignature:
    """The parameters of a command.

    Args:
        function: The command.
        plain: The parameters that the command line sets.
        services: The types of all others, by name.
    """

    function: Function
    plain: tuple[CommandParameter, ...]
    services: dict[str, object]


def signature_of(entry: CommandEntry) -> CommandSignature:
    """Return the parameters of a command, whose module is imported.

    Raises:
        Exit: A marker stands at a type that the command line has no text for.
    """
    function = entry.load()
    plain: list[CommandParameter] = []
    services: dict[str, object] = {}
    for each in parameters_of(function, {}):
        if found := plain_type(each.hint):
            plain.append(_parameter(each, found))
        elif has_marker(each.hint):
            raise Exit(
                f"`ftf {entry.name}`: parameter {each.name} has a marker of the command line, but "
                f"its type {each.hint} is not a plain type: annotate it with str, int, float, "
                "bool, Path, UUID, Decimal, date, datetime, timedelta, an Enum, a Literal, or a "
                "list of these.",
                FAILED,
            )
        else:
            services[each.name] = each.hint
    return CommandSignature(function, tuple(plain), services)


def _parameter(source: Parameter, found: PlainType) -> CommandParameter:
    is_option = source.by_name or not source.required or found.is_flag
    if isinstance(found.marker, Argument):
        is_option = False
    elif isinstance(found.marker, Option):
        is_option = True
    return CommandParameter(source.name, found, is_option, source.required, source.default)
