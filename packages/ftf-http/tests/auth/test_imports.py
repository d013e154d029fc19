"""What is loaded, and when."""

import subprocess
import sys

EXTRAS = ("argon2", "joserfc", "sqlalchemy", "ftf.orm")


def test_authentication_loads_no_library_before_it_is_used():
    code = "import ftf.http.auth, sys; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.check_output(command, text=True).split()  # noqa: S603  # ours
    assert [name for name in loaded if name.startswith(EXTRAS)] == []
