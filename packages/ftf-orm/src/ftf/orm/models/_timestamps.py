"""The column type `UtcDateTime`, and the mixin `Timestamps`."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, stored and returned in UTC with its time zone, on every database.

    Raises:
        ValueError: A value has no time zone.
    """

    impl: DateTime = DateTime(timezone=True)
    cache_ok: bool | None = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Return a value in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(
                f"{value} has no time zone: write an offset such as +00:00, in Python "
                "`datetime.now(UTC)`"
            )
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Return a value in UTC, also where the database stores no time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _now() -> datetime:
    return datetime.now(UTC)


def _as_created(context: DefaultExecutionContext) -> datetime:
    given: dict[str, datetime] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return given.get("created_at") or _now()


class Timestamps:
    """A mixin with the points in time when a record was stored and last changed."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now, sort_order=1)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=_as_created, onupdate=_now, sort_order=1
    )
