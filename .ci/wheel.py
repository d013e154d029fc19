"""Refuse a wheel that would break its siblings or lacks what it needs.

Usage: python .ci/wheel.py WHEEL FOLDER
"""

import sys
from pathlib import Path
from zipfile import ZipFile


def main(wheel: Path, folder: str) -> None:
    """Look at the names of the files in a wheel."""
    names = ZipFile(wheel).namelist()
    expected = f"{folder}/", f"{folder.replace('/', '_')}-"
    if stray := [name for name in names if not name.startswith(expected)]:
        sys.exit(f"{wheel.name} has files outside {folder}/: {stray}")
    if f"{folder}/py.typed" not in names or not any(name.endswith("/LICENSE") for name in names):
        sys.exit(f"{wheel.name} lacks py.typed or LICENSE")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
