"""The description of an application, which `twin` builds on FastAPI and on this package."""

from dataclasses import dataclass, fields


class Described:
    """What is printed as the call that makes it, without the arguments that are defaults."""

    def __repr__(self) -> str:
        values = [(each, getattr(self, each.name)) for each in fields(self)]  # type: ignore[arg-type]  # dataclasses
        given = [f"{each.name}={value!r}" for each, value in values if value != each.default]
        return f"{type(self).__name__}({', '.join(given)})"


@dataclass(frozen=True, repr=False)
class Parameter(Described):
    """A parameter that is read from the path, the query, a header, a cookie, a form or the body.

    `kind` is a key of `values.KINDS`, or a model of `values.MODELS` that takes the whole source.
    """

    name: str
    source: str
    kind: str
    default: str = "required"
    alias: str | None = None
    validation_alias: str | None = None
    hidden: bool = False
    underscores: bool = True
    embed: bool = False


@dataclass(frozen=True, repr=False)
class Need(Described):
    """A use of a dependency, by its number."""

    number: int
    cached: bool = True
    scope: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Dependency(Described):
    """A dependency: a function, generator, class or object; `effect` is what it does."""

    shape: str
    parameters: tuple[Parameter, ...] = ()
    needs: tuple[Need, ...] = ()
    effect: str = "none"


@dataclass(frozen=True, repr=False)
class Endpoint(Described):
    """A handler; `answer` is a name of `answers.ANSWERS`, `options` are those of the route."""

    path: str
    methods: tuple[str, ...] = ("GET",)
    parameters: tuple[Parameter, ...] = ()
    needs: tuple[Need, ...] = ()
    guards: tuple[Need, ...] = ()
    asynchronous: bool = True
    injected: bool = False
    answer: str = "values"
    options: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, repr=False)
class Place(Described):
    """Where a group is put: included, mounted as a router or application, or served for a host."""

    way: str
    at: str
    guards: tuple[Need, ...] = ()
    response_class: str | None = None


@dataclass(frozen=True, repr=False)
class Group(Described):
    """A router; `kind` says whether it is FastAPI's, this package's or a controller here."""

    kind: str = "plain"
    prefix: str = ""
    guards: tuple[Need, ...] = ()
    slashes: bool = True
    parts: tuple["Endpoint | Placed", ...] = ()


@dataclass(frozen=True, repr=False)
class Placed(Described):
    """A group and every place where its parent puts it."""

    group: Group
    places: tuple[Place, ...]


@dataclass(frozen=True, repr=False)
class Application(Described):
    """An application: its routes, the dependencies that they share, middleware and handlers.

    `later` are the endpoints that a `Change` may add.
    """

    group: Group
    dependencies: tuple[Dependency, ...] = ()
    middleware: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    response_class: str | None = None
    later: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, repr=False)
class Ask(Described):
    """A request, as an ASGI server passes it on."""

    path: str
    method: str = "GET"
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: tuple[bytes, ...] = ()
    root_path: str = ""
    leaves: bool = False


@dataclass(frozen=True, repr=False)
class Change(Described):
    """A change between requests: `what` is "override", "restore", "remove", "reverse" or "add"."""

    what: str
    number: int = 0
    by: int = 0
