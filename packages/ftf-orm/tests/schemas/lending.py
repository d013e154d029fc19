"""A library, with unique values of each kind: of all rows, of living ones, in any case."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, MetaData, SmallInteger, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, registry

from ftf.orm import Base, SoftDeletes, unique_among_living


class Library(Base):
    """A base with tables of its own, apart from those of other models in the same run."""

    __abstract__ = True
    registry = registry()
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


class Branch(SoftDeletes, Library):
    __tablename__ = "library_branches"
    __scopes__: ClassVar[Mapping[str, Any]] = {"open": lambda branch: branch.open}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    open: Mapped[bool] = mapped_column(default=True)


class Member(SoftDeletes, Library):
    __tablename__ = "library_members"
    __table_args__ = (
        unique_among_living("email"),
        UniqueConstraint("branch_id", "card"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    nick: Mapped[str | None]
    card: Mapped[int | None] = mapped_column(SmallInteger)
    branch_id: Mapped[int | None]
    remark: Mapped[str | None]


Index("uq_library_members_nick", func.lower(Member.nick), unique=True)


class Loan(Library):
    __tablename__ = "library_loans"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("library_members.id"))
