"""The threads in which aiosqlite keeps its connections."""

from threading import enumerate as running_threads


def join_connections() -> None:
    """Wait until the connections are closed, while the event loop that they answer is open.

    aiosqlite waits for no connection that failed to open, and SQLAlchemy for none that it gives up.
    Such a thread would raise later, within another test.
    """
    for thread in running_threads():
        if "_connection_worker_thread" in thread.name:
            thread.join(60)
            assert not thread.is_alive(), "a connection to SQLite was not closed"
