"""What the environment says."""

import os
import secrets
from pathlib import Path


def database_url() -> str:
    """Read `FTF_DATABASE_URL`; without it, an SQLite file beside this one."""
    file = Path(__file__).with_name("blog.db")
    return os.environ.get("FTF_DATABASE_URL") or f"sqlite+aiosqlite:///{file}"


def secret() -> str:
    """Read `BLOG_SECRET`; without it, logins are valid until the server stops."""
    return os.environ.get("BLOG_SECRET") or secrets.token_urlsafe(48)
