"""Check the distributions of all packages, and that they can be installed alone and together.

Usage: python .ci/release.py FOLDER PACKAGE...
"""

import re
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

CHECKS = Path(__file__).resolve().parent
README = CHECKS.parent / "README.md"
IN_SOURCE = {"CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}


def main(folder: Path, packages: list[str]) -> None:
    """Build and check the distributions in a folder, which is emptied before."""
    run("uv", "build", "--quiet", "--all-packages", "--clear", "-o", folder)
    run("twine", "check", "--strict", *folder.glob("*.whl"), *folder.glob("*.tar.gz"))
    for package in packages:
        name = package.replace("-", ".")
        (wheel,) = folder.glob(f"{package.replace('-', '_')}-*.whl")
        run(sys.executable, CHECKS / "wheel.py", wheel, name.replace(".", "/"))
        look_into(next(folder.glob(f"{package.replace('-', '_')}-*.tar.gz")), name)
        outside(folder, [package], f"import {name}")
        refuse_breaks(package, name, wheel.name.split("-")[1])
    outside(folder, [*packages, "httpx"], hello_world())


def look_into(source: Path, name: str) -> None:
    """Refuse a source distribution that lacks what builds the package or documents it."""
    with tarfile.open(source) as archive:
        names = {path.partition("/")[2] for path in archive.getnames()}
    module = f"src/{name.replace('.', '/')}/__init__.py"
    if missing := {*IN_SOURCE, module} - names:
        sys.exit(f"{source.name} lacks {', '.join(sorted(missing))}")
    if stray := [path for path in names if "__pycache__" in path or path.endswith(".db")]:
        sys.exit(f"{source.name} has files that no reader needs: {', '.join(sorted(stray))}")


def outside(folder: Path, packages: list[str], program: str) -> None:
    """Install distributions by pip into a new environment, and run a program there."""
    with TemporaryDirectory() as place:
        run("uv", "venv", "--quiet", "--seed", f"--python={sys.executable}", "env", cwd=Path(place))
        python = Path(place, "env", "bin", "python")
        install = "-m", "pip", "install", "--quiet", f"--find-links={folder}"
        run(python, *install, *packages, cwd=Path(place))
        run(python, "-W", "error", "-c", program, cwd=Path(place))


def hello_world() -> str:
    """Return the example of the README, as one program."""
    text = README.read_text(encoding="utf-8")
    fences = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if not fences:
        sys.exit("The README has no example")
    return "\n".join(fences)


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
        search = f"--search=packages/{package}/src"
        run("griffecli", "check", name, search, f"--against={released[0]}")


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a command; a failure of it ends the program."""
    print("$", *(str(part).partition("\n")[0] for part in command), flush=True)
    if subprocess.run(command, cwd=cwd, check=False).returncode:  # noqa: S603  # ours
        sys.exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
