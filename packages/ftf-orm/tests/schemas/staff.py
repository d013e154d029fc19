"""A hierarchy of models in one statement, with relationships on the base and on subclasses."""

from typing import ClassVar

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import Base


class Staff(Base):
    """A base with tables of its own, apart from those of other models in the same run."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry()


class Firm(Staff):
    __tablename__ = "firms"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Gadget(Staff):
    __tablename__ = "gadgets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    colleague_id: Mapped[int] = mapped_column(ForeignKey("colleagues.id"))


class Colleague(Staff):
    __tablename__ = "colleagues"
    __mapper_args__: ClassVar = {"polymorphic_on": "kind", "with_polymorphic": "*"}

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))

    firm: Mapped[Firm] = relationship()


class Engineer(Colleague):
    __mapper_args__: ClassVar = {"polymorphic_identity": "engineer"}

    grade: Mapped[int | None]

    gadgets: Mapped[list[Gadget]] = relationship(lazy="joined")


class Manager(Colleague):
    __mapper_args__: ClassVar = {"polymorphic_identity": "manager"}
