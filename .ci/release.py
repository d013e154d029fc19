"""Check the distributions of all packages, and that each can be installed alone.

Usage: python .ci/release.py FOLDER PACKAGE...
"""

import subprocess
import sys
from pathlib import Path


def main(folder: Path, packages: list[str]) -> None:
    """Build and check the distributions in a folder, which is emptied before."""
    run("uv", "build", "--quiet", "--all-packages", "--clear", "-o", folder)
    run("twine", "check", "--strict", *folder.glob("*.whl"), *folder.glob("*.tar.gz"))
    for package in packages:
        name = package.replace("-", ".")
        alone = "--isolated", "--no-project", f"--find-links={folder}", "--with", package
        run("uv", "run", *alone, "python", "-W", "error", "-c", f"import {name}", cwd=folder)
        (wheel,) = folder.glob(f"{package.replace('-', '_')}-*.whl")
        refuse_breaks(package, name, wheel.name.split("-")[1])


def refuse_breaks(package: str, name: str, version: str) -> None:
    """Compare the public names with the last release, unless the version says that they break.

    A new major version says so; before 1.0, a new minor version.
    """
    listing = ["git", "tag", "--sort=-v:refname", "--list", f"{package}-*"]
    released = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split()  # noqa: S603  # ours
    if not released:
        print(f"{package} has no release to compare with")
        return
    last, now = (text.split(".") for text in (released[0].removeprefix(f"{package}-"), version))
    shared = 2 if now[0] == "0" else 1
    if last[:shared] == now[:shared]:
        run("griffe", "check", name, f"--search=packages/{package}/src", f"--against={released[0]}")


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a command; a failure of it ends the program."""
    print("$", *command, flush=True)
    if subprocess.run(command, cwd=cwd, check=False).returncode:  # noqa: S603  # ours
        sys.exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
