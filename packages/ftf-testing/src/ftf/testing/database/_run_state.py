"""What the plugin keeps about databases for a test run."""

from contextlib import ExitStack
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from .._settings import read
from ..isolation._container_overrides import ContainerOverrides

if TYPE_CHECKING:
    from ..provisioning._connection_guard import ConnectionGuard

CONTAINER_OVERRIDES = pytest.StashKey[ContainerOverrides]()
_GUARD = pytest.StashKey["ConnectionGuard | None"]()


def guard_of(config: pytest.Config) -> "ConnectionGuard | None":
    """Return the run's connection guard, or None if no database was set at the first call."""
    if _GUARD not in config.stash:
        if not read(config, "ftf_db_url") or find_spec("sqlalchemy") is None:
            config.stash[_GUARD] = None
            return None
        from ..provisioning._connection_guard import ConnectionGuard

        guard = config.stash[_GUARD] = ConnectionGuard()
        listening = ExitStack()
        listening.enter_context(guard.listening())
        config.add_cleanup(listening.close)
    return config.stash[_GUARD]
