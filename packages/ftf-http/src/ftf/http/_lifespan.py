"""Start and stop of an application: the container around everything the user brings."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import Lifespan

from ftf.container import Container


def with_container(container: Container, lifespan: Lifespan[FastAPI]) -> Lifespan[FastAPI]:
    """Check and boot the container before a lifespan starts, and close it after it ends."""

    @asynccontextmanager
    async def started(app: FastAPI) -> AsyncIterator[Mapping[str, object] | None]:
        async with container:
            container.validate()
            await container.boot()
            async with lifespan(app) as state:
                yield state

    return started  # type: ignore[return-value]  # one function that may or may not have state
