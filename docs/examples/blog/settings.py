"""What the environment says."""

import os
from pathlib import Path


def database_url() -> str:
    """Read `FTF_DATABASE_URL`; without it, an SQLite file beside this one."""
    file = Path(__file__).with_name("blog.db")
    return os.environ.get("FTF_DATABASE_URL") or f"sqlite+aiosqlite:///{file}"
