"""What scopes of requests deliver: the request, its handler, and a pool that is lent."""

from collections.abc import AsyncIterator, Iterator

from services import ClosableSession as Session


class Request:
    def __init__(self, path: str) -> None:
        self.path = path


class Handler:
    def __init__(self, request: Request, session: Session) -> None:
        self.request, self.session = request, session


class Maybe:
    def __init__(self, request: Request | None = None) -> None:
        self.request = request


class Pool:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


async def alend_pool() -> AsyncIterator[Pool]:
    pool = Pool()
    yield pool
    pool.close()


def lend_pool() -> Iterator[Pool]:
    pool = Pool()
    yield pool
    pool.close()
