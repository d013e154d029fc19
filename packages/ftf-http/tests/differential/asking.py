"""Random requests to an application: valid, nearly valid and broken."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from differential.answers import REFUSING
from differential.chance import Chance
from differential.description import Application, Ask, Change, Endpoint, Group, Need, Parameter
from differential.values import ID, KINDS

type Header = tuple[bytes, bytes]

IN_PATHS: Final = ("3", "a", "1.5", ID, "a/b", "", "red", "a%2Fb", "ä", "..", "a\n", "\udcff", "-3")
AFTER_PATHS: Final = ("/", "/", "//", "/..", ".", "\n", "/x", "?")
METHODS: Final = (
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "get",
    "post",
    "TRACE",
    "",
)
TYPES: Final = (
    b"application/json; charset=latin-1",
    b"application/vnd.api+json",
    b"APPLICATION/JSON;",
    b"text/plain",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"application",
    *[b""] * 4,
    b"\xff/json",
)
SEVERAL: Final = {name for name, kind in KINDS.items() if kind.several}
STRANGE_BODIES: Final = (
    b"",
    b"",
    b"null",
    b"{}",
    b"[]",
    b'""',
    b"{",
    b'{"a": 1}}',
    b"[" * 200_000,
    b"NaN",
    b"\xff",
    b"\xef\xbb\xbf{}",
    '{"name": "ä"}'.encode("utf-16"),
    b'{"name": "\xe4"}',
    b" ",
    b"1" * 5000,
    b"q=1&page=2&page=x&Size=&q=%ff",
    b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\nv\r\n--x--\r\n',
)
# What else a valid JSON text is made, most of them as valid as before.
REWRITTEN: Final[tuple[Callable[[bytes], bytes], ...]] = (
    lambda _: b"",
    lambda content: b"\xef\xbb\xbf" + content,
    lambda content: content.decode().encode("utf-16"),
    lambda content: content.replace(b'"a"', b'"\xe4"').replace(b'"n"', b'"\xe4"'),
    lambda content: b" " + content + b"\n",
    lambda content: content + b"}",
)
STRANGE_QUERIES: Final = (
    b"q",
    b"&&=",
    b"page=%ff&page=%zz",
    b"q=a;page=1",
    b"q=1+1",
    b"extra=1",
    b"\xff",
)
FURTHER_HEADERS: Final[tuple[Header, ...]] = (
    *[(b"accept-encoding", b"gzip")] * 3,
    *[(b"origin", b"https://a.example")] * 4,
    (b"origin", b"https://b.example"),
    (b"access-control-request-method", b"GET"),
    (b"access-control-request-headers", b"x-token"),
    (REFUSING.encode(), b"http"),
    (REFUSING.encode(), b"teapot"),
    (REFUSING.encode(), b"crash"),
    (b"x-version", b"0"),
    (b"x-request-id", b"own"),
    (b"content-type", b"text/plain"),
    (b"host", b"at.test"),
    (b"host", b"a.test"),
    (b"cookie", b"q=%22; =; page; q=2"),
    (b"q", b"\xff"),
)
IN_MODELS: Final = {
    "page": "1",
    "sort": "name",
    "tags": "a",
    "colour": "red",
    "x_trace": "t",
    "x-trace": "t",
}


@dataclass(frozen=True)
class Target:
    """What a request is meant for.

    Args:
        path: The path of the endpoint, with all prefixes.
        host: The host that serves it, or "".
        methods: Its methods.
        parameters: Its parameters, and those of its dependencies.
    """

    path: str
    host: str
    methods: tuple[str, ...]
    parameters: tuple[Parameter, ...]


def targets(application: Application) -> tuple[Target, ...]:
    """Return every endpoint of an application, at each of its places."""
    needed = _Needed(application)
    return tuple(needed.in_group(application.group, "", "", application.group.guards))


class _Needed:
    def __init__(self, application: Application) -> None:
        self._dependencies = application.dependencies

    def in_group(
        self, group: Group, before: str, host: str, guards: Sequence[Need]
    ) -> Iterator[Target]:
        for part in group.parts:
            if isinstance(part, Endpoint):
                every = {*part.parameters, *self.parameters((*guards, *part.needs, *part.guards))}
                ordered = tuple(sorted(every, key=repr))
                yield Target(f"{before}{part.path}", host, part.methods, ordered)
                continue
            for place in part.places:
                inner = (*guards, *part.group.guards, *place.guards)
                at, by = f"{before}{place.at}{part.group.prefix}", host
                if place.way == "host":
                    at, by = part.group.prefix, f"{place.at.strip('/') or 'a'}.test"
                yield from self.in_group(part.group, at, by, inner)

    def parameters(self, needs: Iterable[Need]) -> Iterator[Parameter]:
        for need in needs:
            dependency = self._dependencies[need.number]
            yield from dependency.parameters
            yield from self.parameters(dependency.needs)


def steps(application: Application, seeds: Iterable[int]) -> Iterator[Ask | Change]:
    """Make a request or a change of the application of each seed.

    A number stands for a request, because hypothesis takes longer to draw one than it takes to
    answer it.
    """
    possible, dependencies = targets(application), len(application.dependencies)
    for seed in seeds:
        chance = Chance(seed)
        if chance.random() < 0.04:
            yield _change(chance, dependencies, len(application.later))
        else:
            yield _ask(chance, chance.choice(possible))


def _change(chance: Chance, dependencies: int, later: int) -> Change:
    what = chance.choice(["restore", *["override"] * 3, "remove", "reverse", "add"])
    if what == "override" and dependencies:
        number = chance.randrange(1, dependencies) if dependencies > 1 else 0
        # By an earlier one, which cannot need it again without end.
        return Change(what, number, chance.randrange(number or 1))
    if what == "add" and later:
        return Change(what, chance.randrange(later))
    return Change(what if what in {"remove", "reverse"} else "restore", chance.randrange(4))


def _ask(chance: Chance, target: Target) -> Ask:
    body, kind = _body(chance, target)
    headers: list[Header] = [(b"host", (target.host or "test").encode()), *kind]
    headers += _headers(chance, target)
    while chance.random() < 0.2:
        headers.append(chance.choice(FURTHER_HEADERS))
    return Ask(
        _path(chance, target),
        chance.usually(target.methods, (*METHODS, *map(str.lower, target.methods * 4))),
        _query(chance, target),
        tuple(headers),
        body,
        chance.usually(("",), ("/root",)),
        chance.rarely(0.05),
    )


def _path(chance: Chance, target: Target) -> str:
    kinds = {each.name: each.kind for each in target.parameters if each.source == "path"}

    def fill(found: re.Match[str]) -> str:
        texts = KINDS[kinds[found[1]]].texts if found[1] in kinds else ()
        return chance.usually(texts[:1] or ("3",), (*texts, *IN_PATHS))

    return re.sub(r"{(\w+)[^}]*}", fill, target.path) + chance.usually(("",), AFTER_PATHS)


def _sent(chance: Chance, parameter: Parameter, name: str) -> Sequence[str]:
    """Return what is sent for a parameter: nothing, one text or several."""
    texts = KINDS[parameter.kind].texts if parameter.kind in KINDS else (IN_MODELS[name], "x")
    one = texts[:1] or ("1",)
    several = (*texts[:2], "x")[:2]
    others = [(), ("",), several, *((each,) for each in texts)]
    # A header has the first of several values, all else the last.
    first = parameter.source == "header" or parameter.kind in SEVERAL
    usual = [one, one, several if first else several[::-1]]
    if parameter.default != "required":
        usual.append(())
    return chance.usually(usual, others)


def _names(parameter: Parameter) -> Sequence[str]:
    if parameter.kind == "Filter":
        return ("page", "sort", "tags")
    if parameter.kind == "Loose":
        return ("page", "x-trace" if parameter.source == "header" else "x_trace", "colour")
    if parameter.kind == "Plain":
        return ("page", "colour")
    name = parameter.name
    if parameter.source == "header" and parameter.underscores:
        name = name.replace("_", "-")
    return (parameter.validation_alias or parameter.alias or name,)


def _pairs(chance: Chance, target: Target, source: str) -> Iterator[tuple[str, str]]:
    for parameter in target.parameters:
        if parameter.source == source:
            for name in _names(parameter):
                for text in _sent(chance, parameter, name):
                    yield name, text


def _query(chance: Chance, target: Target) -> bytes:
    pairs = [
        f"{quote(name)}={quote(text, errors='surrogateescape')}".encode()
        for name, text in _pairs(chance, target, "query")
    ]
    if chance.rarely(0.1):
        pairs.append(chance.choice(STRANGE_QUERIES))
    return b"&".join(pairs)


def _headers(chance: Chance, target: Target) -> Iterator[Header]:
    for name, text in _pairs(chance, target, "header"):
        yield name.lower().encode(), text.encode()
    cookies = [f"{name}={text}" for name, text in _pairs(chance, target, "cookie")]
    if cookies:
        yield b"cookie", "; ".join(cookies).encode()


def _body(chance: Chance, target: Target) -> tuple[tuple[bytes, ...], Sequence[Header]]:
    usual = not chance.rarely(0.2)
    in_body = [each for each in target.parameters if each.source == "body"]
    if any(each.source == "form" for each in target.parameters) and usual:
        pairs = [f"{quote(n)}={quote(t)}" for n, t in _pairs(chance, target, "form")]
        form = [(b"content-type", b"application/x-www-form-urlencoded")]
        return _parted(chance, "&".join(pairs).encode()), form
    if not usual:
        content = chance.choice(STRANGE_BODIES)
    elif in_body:
        as_written = _json(chance, in_body).encode()
        content = chance.usually((bytes,), REWRITTEN)(as_written)
        if chance.random() < 0.2 and all(each.default != "required" for each in in_body):
            content = b""
    else:
        return (), ()
    return _parted(chance, content), [
        (b"content-type", chance.usually((b"application/json",), TYPES))
    ]


def _json(chance: Chance, parameters: Sequence[Parameter]) -> str:
    values = [
        (each, chance.usually(KINDS[each.kind].bodies[:1], KINDS[each.kind].bodies))
        for each in parameters
    ]
    if len(values) == 1 and not parameters[0].embed:
        return values[0][1]
    members = [f"{json.dumps(_names(each)[0])}: {value}" for each, value in values]
    return "{" + ", ".join(members) + "}"


def _parted(chance: Chance, content: bytes) -> tuple[bytes, ...]:
    """Split a body into what the server receives at a time."""
    at = chance.choice([0, 0, 0, 1, len(content) // 2, len(content) - 1])
    return (content[:at], content[at:]) if at > 0 else (content,)
