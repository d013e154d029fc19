"""Puts `FastAPI` or this package in place, in each interpreter that finds this folder in its path.

Problem details and security headers are off: with them, every test that compares an error differs.
"""

import os

import fastapi
import fastapi.applications
import fastapi.routing
import starlette.applications

if os.environ["IN_PLACE"] == "here":
    from ftf.http import FastTrackFramework, Router

    class InPlace(FastTrackFramework):
        """What tests get when they ask for FastAPI."""

        def __init__(self, **options: object) -> None:
            super().__init__(problem_details=False, security_headers={}, **options)  # type: ignore[arg-type]  # passed on

    fastapi.FastAPI = fastapi.applications.FastAPI = InPlace  # type: ignore[misc]  # the point
    fastapi.APIRouter = fastapi.routing.APIRouter = Router  # type: ignore[misc]  # the point

if os.environ["IN_PLACE_OF"] == "starlette":
    starlette.applications.Starlette = fastapi.FastAPI  # type: ignore[misc]  # the point
