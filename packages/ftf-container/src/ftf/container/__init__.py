"""An inversion-of-control container for scripts, workers and web applications."""

from ._container import Container
from ._correlation import Correlation
from ._manual_scope import (
    clear_scoped_cache,
    clear_scoped_cache_async,
    get_scoped_cache,
    set_scoped_cache,
)
from ._observer import Observer, observing
from ._override import Override
from ._provider import ServiceProvider
from .exceptions import (
    AsyncDependencyError,
    CaptiveDependencyError,
    CircularDependencyError,
    DependencyResolutionError,
    GraphError,
    InvalidRegistrationError,
    ScopeClosedError,
    ScopeNotActiveError,
    UnregisteredDependencyError,
)
from .registration._binding import Factory, Lifetime
from .scopes._scope import Scope, defer_until_commit
from .scopes._unit_of_work import OpenTransaction, UnitOfWork, UnitsOfWork

__all__ = [
    "AsyncDependencyError",
    "CaptiveDependencyError",
    "CircularDependencyError",
    "Container",
    "Correlation",
    "DependencyResolutionError",
    "Factory",
    "GraphError",
    "InvalidRegistrationError",
    "Lifetime",
    "Observer",
    "OpenTransaction",
    "Override",
    "Scope",
    "ScopeClosedError",
    "ScopeNotActiveError",
    "ServiceProvider",
    "UnitOfWork",
    "UnitsOfWork",
    "UnregisteredDependencyError",
    "clear_scoped_cache",
    "clear_scoped_cache_async",
    "defer_until_commit",
    "get_scoped_cache",
    "observing",
    "set_scoped_cache",
]
