"""What a command says about its parameters and itself: `Argument`, `Option`, `command`."""

from collections.abc import Callable
from dataclasses import dataclass

_OPTIONS = "__ftf_command__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """Makes a parameter an argument, in `Annotated[int, Argument(help=...)]`.

    Args:
        help: What it means, for `--help`.
        min: The smallest number that is accepted.
        max: The largest number that is accepted.
    """

    help: str = ""
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Makes a parameter an option, in `Annotated[int, Option(help=...)]`.

    Args:
        help: What it means, for `--help`.
        short: A letter that stands for it, such as "n".
        min: The smallest number that is accepted.
        max: The largest number that is accepted.
    """

    help: str = ""
    short: str = ""
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class CommandOptions:
    """How a command runs.

    Args:
        lifespan: Whether the application's lifespan runs around it.
    """

    lifespan: bool = False


def command[F: Callable[..., object]](*, lifespan: bool = False) -> Callable[[F], F]:
    """Set how a function runs as a command. A function without this decorator is a command too.

    Args:
        lifespan: Whether the application's lifespan runs around it, as when it is served.
    """

    def mark(function: F) -> F:
        setattr(function, _OPTIONS, CommandOptions(lifespan))
        return function

    return mark


def options_of(function: object) -> CommandOptions:
    """Return how a command runs."""
    found = getattr(function, _OPTIONS, None)
    return found if isinstance(found, CommandOptions) else CommandOptions()
