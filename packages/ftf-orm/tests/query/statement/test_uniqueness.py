"""A join is known to find one record at most by what the tables forbid."""

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, relationship

from ftf.orm import QueryBuilder

NOT_NULL = text("owner_id IS NOT NULL")


def detail(
    *constraints: object, key: str = "id"
) -> tuple[type[DeclarativeBase], type[DeclarativeBase]]:
    """Map owners, and details that refer to them by `owner_id`."""

    class Mapped(DeclarativeBase):
        metadata = MetaData()

    owners = Table("owners", Mapped.metadata, Column("id", Integer, primary_key=True))
    details = Table(
        "details",
        Mapped.metadata,
        Column("id", Integer, primary_key=key == "id"),
        Column("owner_id", ForeignKey("owners.id"), primary_key=key == "owner_id"),
        Column("kind", Integer),
        *constraints,
    )
    detail = type("Detail", (Mapped,), {"__table__": details})
    owner = type(
        "Owner", (Mapped,), {"__table__": owners, "detail": relationship(detail, uselist=False)}
    )
    return owner, detail


@pytest.mark.parametrize(
    "models",
    [
        detail(key="owner_id"),
        detail(UniqueConstraint("owner_id")),
        detail(Index("one", "owner_id", unique=True)),
    ],
)
def test_one_record_at_most_can_be_sorted_by(session, models):
    owner, other = models
    query = QueryBuilder(session, owner).join(owner.detail).order_by(other.kind)
    assert "JOIN details" in query.to_sql()


@pytest.mark.parametrize(
    "models",
    [
        detail(),
        detail(UniqueConstraint("owner_id", "kind")),
        detail(Index("several", "owner_id")),
        detail(Index("partial", "owner_id", unique=True, sqlite_where=NOT_NULL)),
        detail(Index("expression", func.abs(Column("owner_id")), unique=True)),
    ],
)
def test_one_of_several_records_cannot_be_sorted_by(session, models):
    owner, other = models
    query = QueryBuilder(session, owner).join(owner.detail).order_by(other.kind)
    with pytest.raises(ValueError, match="a record has several"):
        query.statement()


def test_an_association_that_is_not_a_table_may_relate_twice(session):
    owner, other = detail()
    pairs = select(other.owner_id, other.id.label("detail_id")).subquery()
    owner.linked = relationship(
        other,
        secondary=pairs,
        primaryjoin=owner.id == pairs.c.owner_id,
        secondaryjoin=pairs.c.detail_id == other.id,
        viewonly=True,
    )
    counted = QueryBuilder(session, owner).with_count(owner.linked)
    assert " IN (SELECT details_1.id" in counted.to_sql()
