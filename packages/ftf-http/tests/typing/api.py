"""What type checkers must make of the public names; never executed."""

from typing import Protocol, assert_type

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from ftf.container import Container, ServiceProvider, UnitOfWork, UnitsOfWork
from ftf.http import (
    Controller,
    Draining,
    FastTrackFramework,
    Inject,
    Injected,
    Router,
    RouteWay,
    ScopeMiddleware,
    get,
    request_id,
)


class Clock(Protocol):
    def now(self) -> float: ...


class SystemClock:
    def now(self) -> float:
        return 0.0


app = FastTrackFramework(title="Clock", providers=[ServiceProvider()])
app.register(Clock, SystemClock, scope="singleton")
app.map_error(KeyError, 404, "No such hour")
assert_type(app.container, Container)
assert_type(app.draining, Draining)
assert_type(Inject(Clock), Clock)
assert_type(app.ways(), list[RouteWay])
FastTrackFramework(titel="Clock")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
FastTrackFramework(title=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@app.get("/")
async def show(clock: Injected[Clock], other: Clock = Inject(Clock)) -> float:
    assert_type(clock, Clock)
    return other.now()


class Hours(Controller):
    prefix = "/hours"
    tags = ("hours",)
    dependencies = (Depends(show),)

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    @get("/{hour}", status_code=200)
    async def show(self, hour: int, request: Request) -> float:
        assert_type(request_id(request), str | None)
        return hour + self.clock.now()

    @get(status=200)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    async def index(self) -> None: ...


async def call(hours: Hours, request: Request) -> None:
    assert_type(await hours.show(3, request), float)


app.add_controller(Hours)
Router(prefix="/api").add_controller(Hours)


async def ping(clock: Clock) -> bool:
    return clock.now() > 0


app.add_readiness_check("clock", ping, timeout=1.0)


async def no_such_hour(request: Request, error: KeyError) -> Response:
    return JSONResponse({})


FastTrackFramework(exception_handlers={KeyError: no_such_hour})
plain = FastAPI()
plain.add_middleware(ScopeMiddleware, container=Container())


class Session:
    async def commit(self) -> None: ...

    async def rollback(self) -> None: ...


def open_session(units: UnitsOfWork) -> UnitOfWork:
    session = Session()
    units.add(session)
    return session
