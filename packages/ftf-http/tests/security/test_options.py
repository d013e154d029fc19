import pytest

from ftf.http import FastTrackFramework
from ftf.http.security import InvalidSecurityError, SecurityOptions


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"https": "on"}, "https='on': it must be 'off' or 'require'."),
        ({"csrf": True}, "csrf=True: it must be 'on' or 'strict' or 'off'."),
        ({"forwarded": "both"}, "forwarded='both'"),
        ({"malformed": "ignore"}, "malformed='ignore'"),
        ({"hosts": "api.example.com"}, r"it must be a list: \['api.example.com'\]."),
        ({"origins": "https://a.example"}, "it must be a list"),
        ({"proxies": "10.0.0.0/8"}, "it must be a list"),
        ({"max_headers": 0}, "max_headers=0: it must be a number from 1."),
        ({"max_header_bytes": -1}, "max_header_bytes=-1"),
    ],
)
def test_a_value_that_is_not_possible_is_named(options, text):
    with pytest.raises(InvalidSecurityError, match=text) as caught:
        SecurityOptions(**options)
    assert caught.value.option == next(iter(options))


async def test_headers_are_limited_in_number_and_bytes(ask):
    options = SecurityOptions(max_headers=10, max_header_bytes=1_000)
    assert (await ask(options)).status_code == 200
    many = [(f"x-{number}", "1") for number in range(20)]
    for headers in (many, [("x-long", "1" * 1_000)]):
        response = await ask(options, *headers)
        assert response.status_code == 431
        assert response.json()["detail"] == "The headers of the request are too large."


async def test_fastapi_s_shapes_are_kept_without_problem_details(bare):
    app = FastTrackFramework(
        problem_details=False, security=SecurityOptions(hosts=["api.example.com"])
    )
    async with bare(app) as client:
        response = await client.get("/")
    assert response.status_code == 400
    assert response.json() == {"detail": "The header Host does not name this application."}


async def test_the_lifespan_passes_every_layer():
    app = FastTrackFramework(security=SecurityOptions(), request_timeout=1.0)
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message["type"])

    await app({"type": "lifespan", "app": app, "state": {}}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
