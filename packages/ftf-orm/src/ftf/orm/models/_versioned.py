"""The mixin `Versioned`: optimistic locks by a version number."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy.orm import Mapped, Mapper, mapped_column


class Versioned:
    """A mixin with a version number, which every write of a record raises by one.

    A write of a record that another transaction has changed since it was read is a `StaleRecord`,
    and does not overwrite that change.
    """

    version: Mapped[int] = mapped_column(sort_order=1)

    __mapper_args__: ClassVar[Mapping[str, object]] = {"version_id_col": version}


def add_version(model: type) -> None:
    """Add the version to the `__mapper_args__` that a model of `Versioned` has of its own."""
    own = vars(model).get("__mapper_args__")
    inherits = any("__mapper__" in vars(base) for base in model.__mro__)
    if issubclass(model, Versioned) and isinstance(own, Mapping) and not inherits:
        type.__setattr__(model, "__mapper_args__", {**Versioned.__mapper_args__, **own})


def refuse_lost_version(mapper: Mapper[Any], model: type) -> None:
    """Raise if a model has the mixin, but its `__mapper_args__` leave the version out.

    Raises:
        TypeError: The version is missing.
    """
    if issubclass(model, Versioned) and mapper.version_id_col is None:
        raise TypeError(
            f"{model.__name__} has __mapper_args__ without the version of Versioned: "
            'add "version_id_col": cls.version'
        )
