"""The order of seeders: each once, and after those that it needs."""

from collections.abc import Iterable

from ._seeder import Seeder

type Kind = type[Seeder]


def in_order(seeders: Iterable[Kind]) -> list[Kind]:
    """Return seeders and those that they come after, in the order in which they run.

    Raises:
        TypeError: One is not a subclass of Seeder.
        ValueError: Seeders come after each other in a circle.
    """
    found: dict[Kind, None] = {}
    for seeder in seeders:
        _add(seeder, found, ())
    return [*found]


def _add(seeder: object, found: dict[Kind, None], path: tuple[Kind, ...]) -> None:
    if not (isinstance(seeder, type) and issubclass(seeder, Seeder)):
        owner = f"after of {path[-1].__name__}" if path else "seeders"
        raise TypeError(f"{owner} must be subclasses of Seeder, not {seeder!r}")
    if seeder in path:
        circle = [*path[path.index(seeder) :], seeder]
        names = " → ".join(each.__name__ for each in circle)
        raise ValueError(f"seeders come after each other in a circle: {names}")
    if seeder in found:
        return
    for other in seeder.after:
        _add(other, found, (*path, seeder))
    found[seeder] = None
