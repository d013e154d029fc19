"""The mixin `SoftDeletes`: deleted records stay in the database, and queries leave them out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import ColumnElement, Index, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, synonym

from ._scopes import ScopeFunction
from ._timestamps import UtcDateTime

LIVING = "living"  # also in ClassManager.info


def _is_living(model: Any) -> ColumnElement[bool]:  # noqa: ANN401  # a model, or an alias of it
    """Return the condition of records that are not deleted, made once for each model."""
    if not isinstance(model, type):
        return cast("ColumnElement[bool]", model.deleted_at.is_(None))
    info: dict[str, Any] = model.__mapper__.class_manager.info  # type: ignore[attr-defined]
    if LIVING not in info:
        info[LIVING] = model.deleted_at.is_(None)  # type: ignore[attr-defined]
    condition: ColumnElement[bool] = info[LIVING]
    return condition


class SoftDeletes:
    """A mixin whose records stay in the database when a repository deletes them.

    `delete` sets `deleted_at`, and every query leaves the record out, unless it asks with
    `with_trashed()` or `only_trashed()`. A relationship with the cascade "delete" soft-deletes its
    records too, if their model has this mixin. `restore` undoes both, `force_delete` removes the
    row.

    Another column can hold the time: a model with `__deleted_at__ = "removed_at"` declares
    `removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)`.
    """

    __deleted_at__: ClassVar[str] = "deleted_at"
    __scopes__: ClassVar[Mapping[str, ScopeFunction]] = {LIVING: _is_living}

    @declared_attr
    def deleted_at(cls) -> Mapped[datetime | None]:  # noqa: N805  # SQLAlchemy passes the class
        """When the record was deleted, or None."""
        if cls.__deleted_at__ == "deleted_at":
            return mapped_column(UtcDateTime, sort_order=1)
        if not hasattr(cls, cls.__deleted_at__):
            raise TypeError(
                f"{cls} has no column {cls.__deleted_at__}: declare "
                f"{cls.__deleted_at__}: Mapped[datetime | None] = mapped_column(UtcDateTime)"
            )
        return synonym(cls.__deleted_at__)

    @property
    def trashed(self) -> bool:
        """Whether the record is deleted."""
        return self.deleted_at is not None


def refuse_hard_deletes(model: type) -> type[SoftDeletes]:
    """Return a model that has soft deletes.

    Raises:
        TypeError: It has none.
    """
    if not issubclass(model, SoftDeletes):
        raise TypeError(f"{model.__name__} has no soft deletes: add the mixin SoftDeletes to it")
    return model


def unique_among_living(*columns: str, deleted_at: str = "deleted_at") -> Index:
    """Return a unique index that soft-deleted records are not part of, for `__table_args__`.

    A value of a deleted record can be used again; to restore that record then is a
    `DuplicateRecord`.

    Args:
        columns: The names of the columns that are unique together.
        deleted_at: The name of the column with the time of deletion.

    Examples:
        ```python
        class User(SoftDeletes, Base):
            __table_args__ = (unique_among_living("email"),)
        ```
    """
    if not columns:
        raise ValueError("columns are missing: name those that are unique together")
    living = text(f"{deleted_at} IS NULL")
    return Index(None, *columns, unique=True, postgresql_where=living, sqlite_where=living)
