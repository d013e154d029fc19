"""The model of a repository: the type argument of its class, or the one that is passed."""

from types import get_original_bases
from typing import get_args, get_origin

from sqlalchemy.orm import DeclarativeBase


def model_of(repository: type, base_class: type) -> object:
    """Return the model in the type arguments of a repository's bases, or a type parameter.

    Args:
        repository: The class of the repository.
        base_class: The class that all repositories inherit from.
    """
    bases = ((get_origin(base) or base, get_args(base)) for base in get_original_bases(repository))
    base, arguments = next(found for found in bases if issubclass(found[0], base_class))
    model = base.__type_params__[0] if base is base_class else model_of(base, base_class)
    return dict(zip(base.__type_params__, arguments, strict=False)).get(model, model)


def refuse_model(model: object, known: type, repository: str) -> None:
    """Raise if a model is not the one of a repository's class, nor a subclass of it.

    Raises:
        TypeError: It is not.
    """
    if not (isinstance(model, type) and issubclass(model, known)):
        wanted = "a model" if known is DeclarativeBase else f"{known.__name__} or a subclass"
        raise TypeError(f"model must be {wanted} for {repository}, not {model!r}")
