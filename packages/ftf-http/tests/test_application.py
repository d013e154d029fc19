from fastapi import Depends, FastAPI, HTTPException

from ftf.container import Container
from ftf.http import FastTrackFramework


class Clock: ...


def test_what_fastapi_takes_is_taken():
    app = FastTrackFramework(title="Blog", version="2", openapi_url=None)
    assert isinstance(app, FastAPI)
    assert (app.title, app.version, app.openapi_url) == ("Blog", "2", None)


def test_registering_on_the_application_is_registering_in_its_container():
    app = FastTrackFramework()
    app.register(Clock, scope="singleton")
    assert Clock in app.container


def test_a_container_can_be_given():
    container = Container(strict=True)
    assert FastTrackFramework(container=container).container is container


def test_two_applications_share_nothing():
    one, two = FastTrackFramework(), FastTrackFramework()
    one.register(Clock)
    assert Clock not in two.container


async def refuse() -> None:
    raise HTTPException(401)


async def test_health_answers_whatever_the_routes_depend_on_and_is_not_documented(serve):
    app = FastTrackFramework(dependencies=[Depends(refuse)])
    async with serve(app) as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
    assert app.openapi()["paths"] == {}


async def test_a_health_route_of_the_users_wins(serve):
    app = FastTrackFramework()

    @app.get("/health")
    async def health() -> str:
        return "splendid"

    async with serve(app) as client:
        assert (await client.get("/health")).json() == "splendid"
