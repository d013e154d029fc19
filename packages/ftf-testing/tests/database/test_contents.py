"""What a database holds is brought back whole or not at all."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from ftf.testing._contents import Contents  # noqa: PLC2701  # who holds a lock is waited for


def test_what_cannot_be_brought_back_is_left_as_it_is():
    engine = create_engine("sqlite://", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE users (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE posts (author INTEGER REFERENCES users)")
        contents = Contents.of(connection)
        connection.exec_driver_sql("INSERT INTO posts VALUES (1)")
        connection.exec_driver_sql("ALTER TABLE users RENAME TO people")
        with pytest.raises(OperationalError, match="no such table: users"):
            contents.restore(connection)
        assert connection.exec_driver_sql("SELECT count(*) FROM posts").scalar() == 1
        connection.exec_driver_sql("ALTER TABLE people RENAME TO users")
        assert contents.differences(connection) == {"rows in posts": 1}
        contents.restore(connection)
        assert not contents.differences(connection)
    engine.dispose()
