"""What an import loads."""

import subprocess
import sys


def test_job_104_jobs_are_loaded_by_what_uses_them_only():
    code = "import sys, ftf.orm; print(*(name for name in sys.modules if 'jobs' in name))"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own command
    assert loaded.stdout.split() == []
