"""Puts `FastAPI` or this package in place, in each interpreter that finds this folder in its path.

Problem details and security headers are off: with them, every test that compares an error differs.
"""

import os
import subprocess

import fastapi
import fastapi.applications
import fastapi.routing
import starlette.applications

_run = subprocess.run


def _run_patiently(*args: object, timeout: float | None = None, **options: object) -> object:
    """Run a command with ten times the time that a test gives it, for a loaded machine."""
    return _run(*args, timeout=timeout and 10 * timeout, **options)  # type: ignore[call-overload]  # passed on


subprocess.run = _run_patiently  # type: ignore[assignment]  # the point

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
