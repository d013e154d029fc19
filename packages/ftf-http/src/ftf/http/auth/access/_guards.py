"""`Guards`: the guards of an application, by name."""

from collections.abc import Collection, Sequence
from typing import Final

from .._guard import Guard
from ..exceptions import InvalidAuthError

_ALL: Final[frozenset[str]] = frozenset()

type Named = tuple[str, type[Guard]]


class Guards:
    """The guards of an application, in the order in which they are asked.

    Attributes:
        login_required: Whether routes without a mark demand a credential.
    """

    def __init__(self) -> None:
        self._found: dict[str, type[Guard]] = {}
        self._named: dict[frozenset[str], Sequence[Named]] = {}
        self.login_required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names."""
        return tuple(self._found)

    def add(self, name: str, guard: type[Guard]) -> None:
        """Add a guard.

        Raises:
            InvalidAuthError: The name or the class is taken, or it is not a guard.
        """
        given: object = guard
        if not (isinstance(given, type) and issubclass(given, Guard)):
            remedy = "Inherit from `ftf.http.auth.Guard`."
            raise InvalidAuthError(f"The guard {name!r}", "is not a class of guards", remedy)
        if name in self._found or guard in self._found.values():
            raise InvalidAuthError(
                f"The guard {name!r}",
                "has a name or a class that another guard has",
                "Name each once; a subclass makes another guard of the same kind.",
            )
        self._found[name] = guard
        self._named.clear()

    def named(self, names: frozenset[str] = _ALL) -> Sequence[Named]:
        """Return the guards of some names, or all without names, in the order of registration."""
        found = self._named.get(names)
        if found is None:
            found = [each for each in self._found.items() if not names or each[0] in names]
            self._named[names] = found
        return found

    def unknown(self, names: Collection[str]) -> list[str]:
        """Return the names that no guard has."""
        return sorted({*names} - self._found.keys())

    def name_of(self, guard: type) -> str:
        """Return the name of a class; an empty text if it was not added."""
        return next((name for name, each in self._found.items() if each is guard), "")
