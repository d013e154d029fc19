"""The keys of services as they are typed."""

from importlib import import_module
from operator import attrgetter

from .._container import Container
from .._dependency_path import name_of
from ._exit import WRONG_USAGE, Exit


def find_key(container: Container, typed: str) -> object:
    """Return the key of a service that is typed as its name, or as `module:Class`.

    Raises:
        Exit: There is no such key, or several.
    """
    module, _, attribute = typed.partition(":")
    if attribute:
        try:
            return attrgetter(attribute)(import_module(module))
        except (ImportError, AttributeError) as error:
            raise Exit(f"{typed} is not a service: {error}.", WRONG_USAGE) from None
    keys = [node.key for node in container.graph().services]
    found = [key for key in keys if typed in {name_of(key), name_of(key).rpartition(".")[2]}]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{getattr(key, '__module__', '')}:{name_of(key)}" for key in found)
        raise Exit(f"{typed} is the name of several services: take one of {names}.", WRONG_USAGE)
    from difflib import get_close_matches

    near = get_close_matches(typed, map(name_of, keys), 1)
    hint = f"Did you mean {near[0]}?" if near else "Write it as module:Class."
    raise Exit(f"No service is called {typed}. {hint}", WRONG_USAGE)
