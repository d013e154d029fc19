"""The packages that resources need, which `import ftf.http` does not."""

from importlib.util import find_spec

import pydantic

_PYDANTIC = (2, 13)


def require() -> None:
    """Check that the packages are installed.

    Raises:
        ImportError: One is missing or too old.
    """
    version = tuple(int(part) for part in pydantic.VERSION.split(".")[:2])
    if find_spec("ftf.orm") is None or version < _PYDANTIC:
        raise ImportError(
            "ftf.http.resources needs ftf-orm and pydantic 2.13: pip install 'ftf-http[orm]'"
        )
