"""Models whose values are not only what the application sets: versions, computed columns."""

from dataclasses import dataclass

from sqlalchemy import JSON, Column, Computed, ForeignKey, MetaData, Table
from sqlalchemy.orm import Mapped, composite, mapped_column, registry, relationship

from ftf.orm import Base, BaseRepository, Timestamps


class LedgerModel(Base):
    """A base with tables of its own."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry()


account_tags = Table(
    "account_tags",
    LedgerModel.metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Tag(LedgerModel):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)


class Account(Timestamps, LedgerModel):
    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[int] = mapped_column(default=0)
    twice: Mapped[int] = mapped_column(Computed("amount * 2"))
    version: Mapped[int] = mapped_column()
    settings: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)

    bookings: Mapped[list["Booking"]] = relationship(order_by="Booking.id", passive_deletes="all")
    tags: Mapped[list[Tag]] = relationship(secondary=account_tags, passive_deletes=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # as SQLAlchemy has it


class Booking(LedgerModel):
    __tablename__ = "bookings"

    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))

    __mapper_args__ = {"confirm_deleted_rows": False}  # noqa: RUF012  # as SQLAlchemy has it


@dataclass
class Size:
    width: int
    height: int


class Parcel(LedgerModel):
    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    width: Mapped[int]
    height: Mapped[int]

    size: Mapped[Size] = composite("width", "height")


class Parcels(BaseRepository[Parcel]): ...


class Accounts(BaseRepository[Account]): ...


class Bookings(BaseRepository[Booking]): ...
