"""The sources of what stands alone: provider, middleware, command, event, listener, job."""

from ._names import article, words


def provider_source(name: str) -> str:
    """Return the source of a service provider."""
    return f'''"""Services of the {words(name.removesuffix("Provider"))}."""

from ftf.container import Container, ServiceProvider


class {name}(ServiceProvider):
    """Registers services."""

    def register(self, container: Container) -> None:
        """Register services, without building any."""
        # container.register(Mailer, SmtpMailer, scope="singleton")
'''


def middleware_source(name: str) -> str:
    """Return the source of an ASGI middleware."""
    return f'''"""The middleware `{name}`."""

from starlette.types import ASGIApp, Receive, Scope, Send


class {name}:
    """Stands around each request; the container delivers further parameters."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        await self.app(scope, receive, send)
'''


def command_source(name: str, typed: str) -> str:
    """Return the source of a command."""
    return f'''"""`ftf {typed}`."""

from typing import Annotated

from ftf.container.cli import Console, Option


async def {name}(
    times: Annotated[int, Option(help="How often.", min=1)] = 1, *, console: Console
) -> None:
    """Say hello."""
    for _ in range(times):
        console.line("Hello")
'''


def event_source(name: str) -> str:
    """Return the source of an event."""
    return f'''"""The event `{name}`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class {name}:
    """{article(words(name)).capitalize()}."""

    number: int
'''


def listener_source(name: str, event: str, module: str) -> str:
    """Return the source of a listener."""
    return f'''"""The listener `{name}`."""

from {module} import {event}


class {name}:
    """Follows on {article(words(event))}; the container builds it for each event."""

    async def handle(self, event: {event}) -> None:
        """Do what follows from the event."""
        del event
'''


def job_source(name: str) -> str:
    """Return the source of a job."""
    return f'''"""The job `{name}`."""

from dataclasses import dataclass

from ftf.container.jobs import Job, JobRun


@dataclass(frozen=True)
class {name}(Job):
    """{article(words(name)).capitalize()}: its fields say what to do."""

    number: int

    async def handle(self, run: JobRun) -> None:
        """Do the work; further parameters are services."""
        del run
'''
