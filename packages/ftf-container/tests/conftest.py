import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@pytest.fixture
def no_garbage(request):
    """A block after which the cyclic garbage collector must find nothing of ours.

    Other threads of the process, such as those of pytest-xdist, leave garbage of their own.
    """
    ours = ("ftf.", request.module.__name__)

    @contextmanager
    def collected() -> Iterator[None]:
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            yield
            gc.collect()
            assert [each for each in gc.garbage if _module(each).startswith(ours)] == []
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()

    return collected


def _module(found: object) -> str:
    return str(getattr(found, "__module__", ""))
