"""An inversion-of-control container for scripts, workers and web applications."""

from typing import TYPE_CHECKING

from ._lazy import lazy

if TYPE_CHECKING:
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
else:
    # `ftf --help` starts with this package, and needs none of its names.
    __getattr__, __dir__ = lazy(
        __name__,
        {
            "AsyncDependencyError": ".exceptions",
            "CaptiveDependencyError": ".exceptions",
            "CircularDependencyError": ".exceptions",
            "Container": "._container",
            "Correlation": "._correlation",
            "DependencyResolutionError": ".exceptions",
            "Factory": ".registration._binding",
            "GraphError": ".exceptions",
            "InvalidRegistrationError": ".exceptions",
            "Lifetime": ".registration._binding",
            "Observer": "._observer",
            "OpenTransaction": ".scopes._unit_of_work",
            "Override": "._override",
            "Scope": ".scopes._scope",
            "ScopeClosedError": ".exceptions",
            "ScopeNotActiveError": ".exceptions",
            "ServiceProvider": "._provider",
            "UnitOfWork": ".scopes._unit_of_work",
            "UnitsOfWork": ".scopes._unit_of_work",
            "UnregisteredDependencyError": ".exceptions",
            "clear_scoped_cache": "._manual_scope",
            "clear_scoped_cache_async": "._manual_scope",
            "defer_until_commit": ".scopes._scope",
            "get_scoped_cache": "._manual_scope",
            "observing": "._observer",
            "set_scoped_cache": "._manual_scope",
        },
    )

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
