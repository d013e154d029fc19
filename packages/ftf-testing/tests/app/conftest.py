from collections.abc import Callable

# Imported here because pytester drops what is first imported in a project, and these take long.
import fastapi
import polyfactory.factories.sqlalchemy_factory
import pytest
import sqlalchemy.ext.asyncio

SETTINGS = """
[pytest]
addopts = --strict-markers --strict-config
asyncio_mode = {mode}
asyncio_default_fixture_loop_scope = function
filterwarnings = error
pythonpath = .
{more}
"""
_HEAVY = fastapi, polyfactory, sqlalchemy


@pytest.fixture
def project(pytester) -> Callable[..., pytest.Pytester]:
    """A project of a user, apart from the settings of this one."""

    def make(*, settings: str = "", mode: str = "auto", **files: str) -> pytest.Pytester:
        pytester.makeini(SETTINGS.format(mode=mode, more=settings))
        pytester.makepyfile(**files)
        return pytester

    return make
