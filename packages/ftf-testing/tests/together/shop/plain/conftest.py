import pytest
from shop import get_session


@pytest.fixture(autouse=True)
def session_of_the_test(override, db_sessions):
    async def session():
        async with db_sessions() as session:
            yield session

    override(get_session, session)
