"""Write a project by `ftf new` and its generators, and use it as its owner would."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

FIELDS = ("name:str", "price:decimal(10,2)", "stock:int")
SERVERS = (("ftf", "serve"), ("uvicorn", "shop.main:app"), ("fastapi", "dev"))


def main() -> None:
    """Write and use the project in an empty folder."""
    # Not below this repository, whose .gitignore ruff would obey.
    with TemporaryDirectory() as folder:
        run(folder, "ftf", "new", "shop")
        project = Path(folder, "shop")
        check(project)
        run(project, "ftf", "make", "model", "Product", *FIELDS, "--all")
        paste(project / "shop" / "main.py", "shop.controllers.product", "ProductController")
        run(project, "ftf", "make", "policy", "Product", "--user", "Product")
        run(project, "ftf", "make", "migration", "products")
        run(project, "ftf", "db", "upgrade")
        run(project, "ftf", "db", "seed")
        check(project)
        run(project, "ftf", "check")
        for server in SERVERS:
            run(project, sys.executable, Path(__file__).with_name("serve_product.py"), *server)


def check(project: Path) -> None:
    """Run the checks of a project that `ftf new` has written."""
    run(project, "ruff", "check")
    run(project, "ruff", "format", "--check")
    run(project, "mypy")
    run(project, "pytest", "-q")


def paste(file: Path, module: str, controller: str) -> None:
    """Add to an application what `ftf make` prints for a controller."""
    head, place, rest = file.read_text().partition("\nfrom shop.provider")
    rest = rest.replace("    # Add contr", f"    app.add_controller({controller})\n    # Add contr")
    file.write_text(f"{head}\nfrom {module} import {controller}{place}{rest}")


def run(folder: str | Path, *command: str | Path) -> None:
    """Run a command in a folder; a failure of it ends the program."""
    print("$", *command, flush=True)
    if subprocess.run(command, cwd=folder, check=False).returncode:  # noqa: S603  # ours
        sys.exit(1)


if __name__ == "__main__":
    main()
