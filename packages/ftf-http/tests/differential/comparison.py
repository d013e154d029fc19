"""The comparison of the two applications of a description."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from differential.description import Application, Ask, Change
from differential.exchange import Answered, ask
from differential.mutants import Mutant
from differential.twin import Twin

# FastAPI fails where it quotes these in its answer to a request that is not valid; here it is 422.
UNWRITABLE: Final = ("UnicodeEncodeError", "ValueError: Out of range float values")

CORS: Final = {
    b"vary",
    b"access-control-allow-origin",
    b"access-control-allow-credentials",
    b"access-control-expose-headers",
}


async def compare(
    application: Application, steps: Iterable[Ask | Change], mutant: Mutant = lambda app: app
) -> int:
    """Make requests to both applications, and return how many were compared.

    Args:
        application: Their description.
        steps: The requests, and changes of the applications between them.
        mutant: Puts a fault around the application of this package.

    Raises:
        AssertionError: They differ.
    """
    plain, ours = Twin(application, ours=False), Twin(application, ours=True)
    assert ours.refused == plain.refused
    assert ours.document() == plain.document()
    compared = 0
    for step in steps:
        if isinstance(step, Change):
            plain.change(step)
            ours.change(step)
        else:
            expected = await ask(plain.app, step, plain.log)
            found = await ask(mutant(ours.app), step, ours.log)
            assert alike(found, expected), f"{step}\n  here    {found}\n  FastAPI {expected}"
            compared += 1
    return compared


def alike(found: Answered, expected: Answered) -> bool:
    """Return whether two answers are the same, but for intended differences."""
    if expected.raised:
        # CORS is the outermost layer here, so that its headers are in every response.
        found, expected = _without(CORS, found), _without(CORS, expected)
    if expected.status == found.status == 405:
        # Here it names the methods of every route with the path.
        if not _allowed(found) >= _allowed(expected):
            return False
        found, expected = _without({b"allow"}, found), _without({b"allow"}, expected)
    if expected.raised.startswith(UNWRITABLE) and not found.raised:
        return found.status in {400, 422} and _calls(found) == _calls(expected)
    return found == expected


def _calls(answered: Answered) -> Sequence[object]:
    return [entry for entry in answered.log if entry[0] in {"handler", "dependency"}]


def _allowed(answered: Answered) -> set[bytes]:
    return {*dict(answered.headers).get(b"allow", b"").split(b", ")}


def _without(names: Collection[bytes], answered: Answered) -> Answered:
    headers = tuple(header for header in answered.headers if header[0] not in names)
    return replace(answered, headers=headers)
