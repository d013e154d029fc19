import pytest
from shop import get_session


@pytest.fixture(autouse=True)
def session_of_the_test(request, override):
    commits = "committing_db" in request.fixturenames
    sessions = request.getfixturevalue("committing_db" if commits else "db_sessions")

    async def session():
        async with sessions() as session:
            yield session

    override(get_session, session)
