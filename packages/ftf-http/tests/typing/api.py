"""What type checkers must make of the public names; never executed."""

from typing import Protocol, assert_type

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from ftf.container import Container, ServiceProvider
from ftf.http import FastTrackFramework, Inject, Injected, ScopeMiddleware


class Clock(Protocol):
    def now(self) -> float: ...


class SystemClock:
    def now(self) -> float:
        return 0.0


app = FastTrackFramework(title="Clock", providers=[ServiceProvider()])
app.register(Clock, SystemClock, scope="singleton")
app.map_error(KeyError, 404, "No such hour")
assert_type(app.container, Container)
assert_type(Inject(Clock), Clock)


@app.get("/")
async def show(clock: Injected[Clock], other: Clock = Inject(Clock)) -> float:
    assert_type(clock, Clock)
    return other.now()


async def no_such_hour(request: Request, error: KeyError) -> Response:
    return JSONResponse({})


FastTrackFramework(exception_handlers={KeyError: no_such_hour})
plain = FastAPI()
plain.add_middleware(ScopeMiddleware, container=Container())
