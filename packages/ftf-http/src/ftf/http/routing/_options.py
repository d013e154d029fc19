"""The options of FastAPI's classes, as types."""

from collections.abc import Callable, Sequence
from enum import Enum
from inspect import signature
from itertools import takewhile
from typing import TYPE_CHECKING, TypedDict

import fastapi
from fastapi import APIRouter, FastAPI, params
from fastapi.routing import APIRoute
from fastapi.types import IncEx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

type Json = dict[str, object]


class FormLimits(TypedDict, total=False):
    """The limits of a form."""

    max_files: int
    max_fields: int
    max_part_size: int


class SharedOptions(TypedDict, total=False):
    """The options of applications, routers and routes."""

    dependencies: Sequence[params.Depends] | None
    responses: dict[int | str, Json] | None
    callbacks: list[BaseRoute] | None
    deprecated: bool | None
    include_in_schema: bool
    generate_unique_id_function: Callable[[APIRoute], str]
    max_body_size: int | None
    form_limits: FormLimits | None


class RouteOptions(SharedOptions, total=False):
    """The options of a route."""

    response_model: object
    status_code: int | None
    tags: list[str | Enum] | None
    summary: str | None
    description: str | None
    response_description: str
    methods: list[str]
    operation_id: str | None
    response_model_include: IncEx | None
    response_model_exclude: IncEx | None
    response_model_by_alias: bool
    response_model_exclude_unset: bool
    response_model_exclude_defaults: bool
    response_model_exclude_none: bool
    response_class: type[Response]
    name: str | None
    openapi_extra: Json | None


class _ServingOptions(SharedOptions, total=False):
    """The options of applications and routers."""

    routes: list[BaseRoute] | None
    default_response_class: type[Response]
    redirect_slashes: bool
    on_startup: Sequence[Callable[[], object]] | None
    on_shutdown: Sequence[Callable[[], object]] | None
    strict_content_type: bool


class RouterOptions(_ServingOptions, total=False):
    """The options of a router, without its route class."""

    prefix: str
    tags: list[str | Enum] | None
    default: ASGIApp | None
    dependency_overrides_provider: object
    lifespan: Lifespan[object] | None


class ApplicationOptions(_ServingOptions, total=False):
    """The options of an application, without its exception handlers and lifespan."""

    debug: bool
    title: str
    summary: str | None
    description: str
    version: str
    openapi_url: str | None
    openapi_tags: list[Json] | None
    servers: list[Json] | None
    docs_url: str | None
    redoc_url: str | None
    swagger_ui_oauth2_redirect_url: str | None
    swagger_ui_init_oauth: Json | None
    swagger_ui_parameters: Json | None
    middleware: Sequence[Middleware] | None
    terms_of_service: str | None
    contact: Json | None
    license_info: Json | None
    root_path: str
    root_path_in_servers: bool
    webhooks: APIRouter | None
    separate_input_output_schemas: bool
    openapi_external_docs: Json | None
    telemetry: "TelemetryConfig | None"


def check_options(application: type[FastAPI], options: ApplicationOptions) -> None:
    """Raise for options that the installed FastAPI does not have; older ones keep them as `extra`.

    Raises:
        TypeError: An option is unknown.
    """
    # OpenTelemetry replaces FastAPI by a subclass that takes `*args` and `**kwargs`.
    classes = takewhile(lambda cls: cls is not Starlette, application.__mro__)
    known = {name for cls in classes for name in signature(cls).parameters}
    unknown = [] if "extra" in known else sorted(options.keys() - known)
    if unknown:
        names = ", ".join(unknown)
        raise TypeError(f"FastAPI {fastapi.__version__} has no option named {names}.")
