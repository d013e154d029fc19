import pytest
from httpx import ASGITransport, AsyncClient


@pytest.fixture
def ask(log):
    """Return what a client sees, what the services did, and what the server sees raised."""

    async def asked(app, path: str, method: str = "GET", **options) -> tuple[object, ...]:
        log.clear()
        raised: list[str] = []

        async def watched(scope, receive, send) -> None:
            try:
                await app(scope, receive, send)
            except BaseException as error:
                raised.append(repr(error))
                raise

        transport = ASGITransport(watched, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            headers = {"x-request-id": "given"}
            try:
                answer = await client.request(method, path, headers=headers, **options)
            except BaseException as error:  # noqa: BLE001  # compared
                return repr(error), [*log], raised
        return answer.status_code, answer.headers.raw, answer.content, [*log], raised

    return asked
