"""An inversion-of-control container for scripts, workers and web applications."""

from ._binding import Lifetime
from ._container import Container, Factory
from ._provider import ServiceProvider
from ._scope import Scope
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

__all__ = [
    "AsyncDependencyError",
    "CaptiveDependencyError",
    "CircularDependencyError",
    "Container",
    "DependencyResolutionError",
    "Factory",
    "GraphError",
    "InvalidRegistrationError",
    "Lifetime",
    "Scope",
    "ScopeClosedError",
    "ScopeNotActiveError",
    "ServiceProvider",
    "UnregisteredDependencyError",
]
