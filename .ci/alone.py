"""Import a package that was installed without extras; ftf-container brings nothing along.

Usage: python -W error .ci/alone.py PACKAGE
"""

import sys
from importlib import import_module
from importlib.metadata import distributions


def main(package: str) -> None:
    """Import the package, and look at what is installed with ftf-container."""
    import_module(package.replace("-", "."))
    others = {distribution.name for distribution in distributions()} - {package}
    if package == "ftf-container" and others:
        sys.exit(f"{package} brings other distributions along: {others}")


if __name__ == "__main__":
    main(sys.argv[1])
