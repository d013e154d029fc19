import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@pytest.fixture
def no_garbage():
    """A block after which the cyclic garbage collector must have nothing to find."""

    @contextmanager
    def collected() -> Iterator[None]:
        gc.collect()
        gc.disable()
        try:
            yield
            assert gc.collect() == 0
        finally:
            gc.enable()

    return collected
