"""Download the source distribution of a package, with its tests and without the package itself.

Usage: python .ci/source.py FOLDER PACKAGE==VERSION

It prints the folder of the source, and then the arguments that install what its tests need.
"""

import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path


def main(folder: Path, requirement: str) -> None:
    """Download, unpack, and print what the caller needs."""
    package, version = requirement.split("==")
    folder = folder.resolve()
    options = ["--no-deps", "--no-binary", package, "--dest", str(folder), requirement]
    subprocess.run([sys.executable, "-m", "pip", "download", "-qq", *options], check=True)  # noqa: S603  # ours
    name = package.replace("-", "_")
    source = folder / f"{name}-{version}"
    with tarfile.open(f"{source}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    shutil.rmtree(source / name, ignore_errors=True)  # it would hide the installed one
    print(source, *declared_tests(source), sep="\n")


def declared_tests(source: Path) -> list[str]:
    """Return the arguments that install what a source distribution declares for its tests."""
    requirements, project = source / "requirements-tests.txt", source / "pyproject.toml"
    if requirements.exists():
        lines = requirements.read_text().splitlines()
        requirements.write_text("\n".join(line for line in lines if not line.startswith("-e")))
        return [f"--requirement={requirements}"]
    declared = "tests" in tomllib.loads(project.read_text()).get("dependency-groups", {})
    return [f"--group={project}:tests"] if declared else []


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
