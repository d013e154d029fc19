"""The FastAPI adapter: injection, request scope, life cycle and problem details."""

from ._application import FastTrackFramework
from ._inject import Inject, Injected
from ._problem import ProblemResponse
from ._request_scope import ScopeMiddleware
from .exceptions import NoRequestScopeError

__all__ = [
    "FastTrackFramework",
    "Inject",
    "Injected",
    "NoRequestScopeError",
    "ProblemResponse",
    "ScopeMiddleware",
]
