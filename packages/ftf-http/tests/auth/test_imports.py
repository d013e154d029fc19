"""What is loaded, and when."""

import subprocess
import sys

EXTRAS = ("argon2", "joserfc", "sqlalchemy", "ftf.orm")


def test_authentication_loads_no_library_before_it_is_used():
    code = "import ftf.http.auth, sys; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.check_output(command, text=True).split()  # noqa: S603  # ours
    assert [name for name in loaded if name.startswith(EXTRAS)] == []


def test_the_adapter_loads_no_addition():
    code = "import ftf.http, sys; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()  # noqa: S603  # ours
    additions = (*EXTRAS, "fastapi_offline", "ftf.http.idempotency", "ftf.http.resources")
    assert [name for name in loaded if name.startswith(additions)] == []
