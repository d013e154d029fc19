"""What a README shows passes the strict type checker that a reader runs."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "packages" / "ftf-orm" / "README.md"


def test_the_example_of_the_orm_is_typed(tmp_path):
    fences = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)
    example = tmp_path / "example.py"
    example.write_text("\n\n".join(fences))
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", str(example)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    assert checked.returncode == 0, checked.stdout
