from collections.abc import Callable

import pytest
from fastapi import FastAPI
from httpx import Response
from ways import content_of, ways_of

from ftf.http import FastTrackFramework


@pytest.fixture
def same(serve):
    """The answers to some requests, which are equal on FastAPI and on a planned application.

    Each request is a method, a URL and the other arguments of httpx.
    """

    async def compare(
        build: Callable[[FastAPI], object],
        *requests: tuple[object, ...],
        ways: set[str] | None = frozenset({"compiled"}),
        plain: Callable[[], FastAPI] = FastAPI,
    ) -> list[Response]:
        answers = []
        planned = FastTrackFramework(problem_details=False, security_headers={})
        for app in (plain(), planned):
            build(app)
            async with serve(app) as client:
                answers.append(
                    [
                        await client.request(method, url, **(options[0] if options else {}))
                        for method, url, *options in requests
                    ]
                )
        assert [*map(content_of, answers[1])] == [*map(content_of, answers[0])]
        assert ways is None or {*ways_of(planned).values()} == {*ways}
        return answers[1]

    return compare
