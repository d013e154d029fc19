"""The FastAPI adapter: injection, request scope, life cycle and problem details."""

from ._application import FastTrackFramework
from ._controller import Controller, delete, get, patch, post, put
from ._draining import Draining
from ._inject import Inject, Injected
from ._problem import ProblemResponse
from ._request_id import request_id
from ._request_scope import ScopeMiddleware
from ._route import Route, Router
from .exceptions import (
    InjectionFault,
    InvalidApplicationError,
    InvalidInjectionError,
    NoRequestError,
    NoRequestScopeError,
    OpenCorsError,
    ReadServiceError,
    UnreadableParameterError,
)

__all__ = [
    "Controller",
    "Draining",
    "FastTrackFramework",
    "Inject",
    "Injected",
    "InjectionFault",
    "InvalidApplicationError",
    "InvalidInjectionError",
    "NoRequestError",
    "NoRequestScopeError",
    "OpenCorsError",
    "ProblemResponse",
    "ReadServiceError",
    "Route",
    "Router",
    "ScopeMiddleware",
    "UnreadableParameterError",
    "delete",
    "get",
    "patch",
    "post",
    "put",
    "request_id",
]
