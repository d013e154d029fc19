"""What `ftf check --deploy` says about the way that an application is served."""

import pytest
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from ftf.container import Container
from ftf.container.cli import Application, Deployment
from ftf.container.environment import Environment
from ftf.http import FastTrackFramework
from ftf.http.cli.deployment import faults, limits
from ftf.http.limits import LimitsProvider, MemoryLimits, RedisLimits
from ftf.http.security import SecurityOptions


def deployment(app: object, workers: int = 1) -> Deployment:
    application = Application("shop:app", "test", loaded=app)
    return Deployment(application, None, Environment.PRODUCTION, workers)


def problems(app: object) -> list[str]:
    return [line.partition(":")[0] for line in faults(deployment(app))]


def test_an_application_that_is_ready_has_no_faults():
    app = FastTrackFramework(security=SecurityOptions(hosts=["shop.example"]))
    app.add_middleware(CORSMiddleware, allow_origins=["https://www.shop.example"])
    assert problems(app) == []


@pytest.mark.parametrize("security", [None, SecurityOptions()])
def test_debugging_and_open_hosts_are_faults(security):
    app = FastTrackFramework(debug=True, security=security)
    assert problems(app) == [
        "debug=True shows tracebacks to clients",
        "Any header Host is accepted",
    ]


@pytest.mark.parametrize("options", [{"allow_origins": "*"}, {"allow_origin_regex": ".*"}])
def test_cors_for_every_origin_is_a_fault_of_a_plain_application_too(options):
    app = FastAPI()
    app.add_middleware(CORSMiddleware, **options)
    assert problems(app) == ["CORS allows every origin"]


def test_what_serves_no_requests_has_no_faults():
    assert problems(Container()) == []


async def test_limits_in_the_memory_of_several_processes_are_a_fault():
    app = FastTrackFramework(providers=[LimitsProvider(MemoryLimits())])
    assert await limits(deployment(app)) == []
    (found,) = await limits(deployment(app, 3))
    assert found.startswith("Limits are counted in the memory of each of 3 processes")


async def test_limits_that_processes_share_and_no_limits_are_none():
    store = RedisLimits("redis://localhost:1")
    app = FastTrackFramework(providers=[LimitsProvider(store)])
    assert await limits(deployment(app, 3)) == []
    await app.container.dispose_all()
    assert await limits(deployment(FastTrackFramework(), 3)) == []
