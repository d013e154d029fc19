"""FastAPI with a container: injection, request scopes, a lifespan and problem details."""

from ._application import FastTrackFramework
from ._request_id import request_id
from .exceptions import (
    InjectionFault,
    InvalidApplicationError,
    InvalidInjectionError,
    InvalidRoutesError,
    NoRequestError,
    NoRequestScopeError,
    OpenCorsError,
    ReadServiceError,
    RouteFault,
    UnreadableParameterError,
    UnsendableResponseError,
)
from .injection._inject import Inject, Injected
from .plan._way import RouteWay
from .problems._response import ProblemResponse
from .replies._reply import Reply
from .request._scope import ScopeMiddleware
from .routing._controller import Controller, delete, get, patch, post, put
from .routing._route import Route, Router
from .shutdown._draining import Draining

__all__ = [
    "Controller",
    "Draining",
    "FastTrackFramework",
    "Inject",
    "Injected",
    "InjectionFault",
    "InvalidApplicationError",
    "InvalidInjectionError",
    "InvalidRoutesError",
    "NoRequestError",
    "NoRequestScopeError",
    "OpenCorsError",
    "ProblemResponse",
    "ReadServiceError",
    "Reply",
    "Route",
    "RouteFault",
    "RouteWay",
    "Router",
    "ScopeMiddleware",
    "UnreadableParameterError",
    "UnsendableResponseError",
    "delete",
    "get",
    "patch",
    "post",
    "put",
    "request_id",
]
