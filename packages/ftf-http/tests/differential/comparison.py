"""The comparison of the two applications of a description."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

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


@dataclass(frozen=True)
class Expected:
    """What FastAPI does.

    Args:
        application: The description of an application.
        steps: The requests, and changes of the application between them.
        plain: The application on FastAPI, after the requests.
        answers: Its answers.
    """

    application: Application
    steps: Sequence[Ask | Change]
    plain: Twin
    answers: Sequence[Answered]

    @classmethod
    async def of(cls, application: Application, steps: Iterable[Ask | Change]) -> Self:
        """Make requests to an application on FastAPI."""
        steps, plain = [*steps], Twin(application, ours=False)
        answers = [each async for each in _answers(plain, steps)]
        return cls(application, steps, plain, answers)

    async def compare(self, mutant: Mutant = lambda app: app) -> Sequence[Answered]:
        """Make the requests to the application on this package, and return its answers.

        Args:
            mutant: Puts a fault around it.

        Raises:
            AssertionError: It answers in another way than on FastAPI.
        """
        ours, answers = Twin(self.application, ours=True), []
        asks = [step for step in self.steps if isinstance(step, Ask)]
        async for found in _answers(ours, self.steps, mutant):
            step, expected = asks[len(answers)], self.answers[len(answers)]
            assert alike(found, expected), f"{step}\n  here    {found}\n  FastAPI {expected}"
            answers.append(found)
        assert ours.refused == self.plain.refused
        return answers


async def _answers(
    twin: Twin, steps: Iterable[Ask | Change], mutant: Mutant = lambda app: app
) -> AsyncIterator[Answered]:
    for step in steps:
        if isinstance(step, Change):
            twin.change(step)
        else:
            yield await ask(mutant(twin.app), step, twin.log)


def compare_documents(application: Application) -> None:
    """Compare the OpenAPI documents of an application.

    Raises:
        AssertionError: They differ.
    """
    plain, ours = Twin(application, ours=False), Twin(application, ours=True)
    assert ours.document() == plain.document()


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
