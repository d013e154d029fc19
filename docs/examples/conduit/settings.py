"""What the environment says."""

import os
import secrets
from pathlib import Path


def database_url() -> str:
    """Read `CONDUIT_DATABASE_URL`; without it, an SQLite file beside this one."""
    file = Path(__file__).with_name("conduit.db")
    return os.environ.get("CONDUIT_DATABASE_URL") or f"sqlite+aiosqlite:///{file}"


def secret() -> str:
    """Read `CONDUIT_SECRET`; without it, tokens are valid until the server stops."""
    return os.environ.get("CONDUIT_SECRET") or secrets.token_urlsafe(48)
