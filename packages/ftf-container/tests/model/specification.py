"""What the model and the container are both told: services, and what happens to them."""

from dataclasses import dataclass
from typing import Literal

type Form = Literal["class", "function", "coroutine", "generator", "async generator", "missing"]
type Lifetime = Literal["singleton", "scoped", "transient"]


@dataclass(frozen=True)
class Service:
    """How one service is made, lives and ends.

    Args:
        key: Its number.
        lifetime: How long an instance is kept.
        form: What makes it; nothing that is "missing" is registered.
        needs: The numbers of the services that its parameters ask for, in order.
        fails: Which of the attempts to make it fail.
        closes: The closing method of its instances, if no generator makes them.
        is_stuck: Whether closing it fails.
        pauses: How often making it lets other tasks run, if it is async.
    """

    key: int
    lifetime: Lifetime = "transient"
    form: Form = "class"
    needs: tuple[int, ...] = ()
    fails: Literal["never", "at first", "always"] = "never"
    closes: Literal["", "close", "aclose"] = ""
    is_stuck: bool = False
    pauses: int = 0

    def _repr_pretty_(self, printer, _) -> None:
        """Have hypothesis print what is not the default."""
        plain = vars(Service(-1))
        unlike = {name: value for name, value in vars(self).items() if plain[name] != value}
        printer.text(f"Service({', '.join(f'{name}={value!r}' for name, value in unlike.items())})")

    @property
    def is_async(self) -> bool:
        return self.form in {"coroutine", "async generator"}

    @property
    def is_generator(self) -> bool:
        return self.form in {"generator", "async generator"}

    @property
    def is_closed(self) -> bool:
        """Whether its instances have to be closed; a transient one is nobody's but the caller's."""
        return self.is_generator or (self.closes != "" and self.lifetime != "transient")

    @property
    def is_closed_by_awaiting(self) -> bool:
        return self.form == "async generator" if self.is_generator else self.closes == "aclose"


type Graph = tuple[Service, ...]


@dataclass(frozen=True, eq=False)
class Made:
    """An instance, real or imagined, and the instances it was given."""

    service: Service
    needs: "tuple[Made, ...]" = ()


@dataclass(frozen=True)
class Event:
    """Something that happened to a service, and to which instance of it.

    Args:
        what: "made", "failed", "closed", or "closed after a failure" if its generator was told.
        service: What it happened to.
        made: The instance; none if the making failed.
    """

    what: str
    service: Service
    made: Made | None = None


@dataclass(frozen=True)
class Refusal:
    """An operation that raised: the name of the exception, and what it is about."""

    kind: str
    about: object = None


class BrokenError(Exception):
    """What making a service raises."""


class StuckError(Exception):
    """What closing a service raises."""


class BodyError(Exception):
    """What ends a scope or an override early."""
