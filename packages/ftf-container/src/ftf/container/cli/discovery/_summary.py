"""What a listing says about a command, read from its source without importing it."""

import ast
import sys
from pathlib import Path


def source_of(module: str) -> Path | None:
    """Return the file of a module, without importing it or its packages.

    Returns:
        The file, or None where the source is not at hand, as in a zip file.

    Raises:
        ModuleNotFoundError: There is no such module.
    """
    first, *rest = module.split(".")
    # find_spec() of importlib.util imports the packages around a module, and PathFinder wants
    # those of a namespace package imported: only the first name is looked for by them.
    spec = next((spec for each in sys.meta_path if (spec := each.find_spec(first, None))), None)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {first!r}", name=first)
    if not rest:
        return _python_file(Path(spec.origin or ""))
    below = Path(*rest)
    for folder in spec.submodule_search_locations or ():
        place = Path(folder, below)
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if found := _python_file(file):
                return found
        if any(place.parent.glob(f"{place.name}.*")):  # compiled
            return None
    raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def _python_file(file: Path) -> Path | None:
    return file if file.suffix == ".py" and file.is_file() else None


def summary_of(module: str, function: str) -> str:
    """Return the first line of a function's docstring, or nothing where there is none to read.

    Raises:
        ModuleNotFoundError: There is no such module.
    """
    file = source_of(module)
    if file is None:
        return ""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):  # running the command shows the error
        return ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            return (ast.get_docstring(node) or "").partition("\n")[0].rstrip(".")
    return ""
