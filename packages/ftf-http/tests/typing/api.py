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
from ftf.http.limits import (
    Caller,
    Limit,
    LimitExceeded,
    LimitsProvider,
    LimitStore,
    MemoryLimits,
    PostgresLimits,
    RedisLimits,
    Throttle,
    account,
    both,
    client_network,
    throttle,
)
from ftf.http.security import SecurityOptions, return_target


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


def key_of(caller: Caller) -> str | None:
    return caller.connection.headers.get("x-key")


limited = FastTrackFramework(
    providers=[LimitsProvider(MemoryLimits())],
    security=SecurityOptions(hosts=["api.example.com"], https="require"),
    request_timeout=30.0,
)
limited.add_limit("api", Limit.per_minute(60, by=key_of), Limit.per_day(1_000), everywhere=True)
limited.add_limit("login", Limit.per_hour(5, by=both(account, client_network), count="failures"))
Limit.per_hour(5, then="wait")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
SecurityOptions(https="on")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
stores: list[LimitStore] = [
    MemoryLimits(),
    RedisLimits("redis://localhost"),
    PostgresLimits("postgresql+asyncpg://localhost/shop"),
]


@limited.get("/limited")
@throttle("api")
async def limited_handler(limits: Injected[Throttle]) -> int:
    async with limits.attempt("login", account="ada"):
        return 1


@throttle("api")
class LimitedController(Controller):
    @get("/")
    async def show(self) -> int:
        return 1


assert_type(limited_handler.__name__, str)
assert_type(LimitedController(), LimitedController)
assert_type(LimitExceeded(["api"], 1).policies, tuple[str, ...])
assert_type(return_target("/"), str)
Router(dependencies=[throttle("api", cost=2)])
