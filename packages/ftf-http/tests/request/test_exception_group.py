"""Groups of exceptions on their way through the request scope."""

import pytest
from units_of_work import FailingUnit

from ftf.container import Container, UnitsOfWork
from ftf.http import ScopeMiddleware

SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


class Batch(ExceptionGroup):
    code = 7


async def served_by(container, app) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    async def send(message: object) -> None: ...

    await ScopeMiddleware(app, container)(dict(SCOPE), receive, send)


async def test_a_group_of_the_application_s_leaves_as_the_same_object():
    error = Batch("failed", [ValueError("one"), Batch("inner", [ValueError("two")])])

    async def app(scope, receive, send) -> None:
        raise error

    with pytest.raises(Batch, match="failed") as caught:
        await served_by(Container(), app)
    assert caught.value is error


@pytest.mark.parametrize("others", [[], [ValueError("another")]])
async def test_a_group_leaves_without_the_end_of_a_replaced_response(others):
    container = Container()

    async def app(scope, receive, send) -> None:
        (await container.aresolve(UnitsOfWork)).add(FailingUnit(LookupError("not committed")))
        try:
            await send({"type": "http.response.start", "status": 200})
        except BaseException as replaced:  # noqa: BLE001  # as a task group does
            raise BaseExceptionGroup("tasks", [replaced, *others]) from None

    expected = ExceptionGroup if others else LookupError
    with pytest.raises(expected, match="tasks" if others else "not committed") as caught:
        await served_by(container, app)
    assert list(getattr(caught.value, "exceptions", [])) == others
    assert isinstance(caught.value if not others else caught.value.__cause__, LookupError)
