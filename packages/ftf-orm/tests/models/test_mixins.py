"""Mixins in any order, and what they refuse."""

import pytest
from sqlalchemy import MetaData, UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, configure_mappers, declared_attr, mapped_column, registry
from sqlalchemy.schema import CreateIndex

from ftf.orm import (
    Base,
    QueryBuilder,
    SoftDeletes,
    Timestamps,
    UuidKey,
    Versioned,
    unique_among_living,
)

MIXINS = [Timestamps, SoftDeletes, Versioned, UuidKey, Base]
ORDERS = [order[n:] + order[:n] for order in (MIXINS, MIXINS[::-1]) for n in range(len(MIXINS))]


@pytest.fixture
def model():
    """A base with a registry of its own."""

    class Model(Base):
        __abstract__ = True
        registry = registry()
        metadata = MetaData()

    yield Model
    Model.registry.dispose()


@pytest.mark.parametrize("order", ORDERS)
def test_mixins_combine_in_any_order(model, order):
    bases = tuple(model if base is Base else base for base in order)
    record = type("Record", bases, {"__tablename__": "records"})
    names = ["id", "deleted_at", "version", "created_at", "updated_at"]
    assert sorted(record.__table__.columns.keys()) == sorted(names)
    assert record.__mapper__.version_id_col is record.__table__.c.version
    assert record.__table__.columns.keys()[0] == "id"


def test_mapper_arguments_keep_the_version(model):
    class Record(Versioned, UuidKey, model):
        __tablename__ = "records"
        kind: Mapped[str]
        __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012  # as users write it

    class Special(Record):
        __mapper_args__ = {"polymorphic_identity": "special"}  # noqa: RUF012

    configure_mappers()
    assert Special.__mapper__.version_id_col is Record.__table__.c.version


def test_mapper_arguments_without_the_version_are_refused(model):
    class Record(Versioned, UuidKey, model):
        __tablename__ = "records"

        @declared_attr.directive
        def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805
            return {}

    with pytest.raises(TypeError, match="Record has __mapper_args__ without the version"):
        model.registry.configure()


def test_the_column_of_a_deletion_has_to_exist(model):
    with pytest.raises(TypeError, match="has no column gone_at: declare gone_at: Mapped"):

        class Record(SoftDeletes, UuidKey, model):
            __tablename__ = "records"
            __deleted_at__ = "gone_at"


def test_a_scope_that_is_not_a_function_is_refused(model):
    class Record(UuidKey, model):
        __tablename__ = "records"
        open: Mapped[bool]
        __scopes__ = {"open": True}  # noqa: RUF012

    with pytest.raises(TypeError, match=r"'open' of Record must be a function .*not True"):
        QueryBuilder(None, Record)  # type: ignore[arg-type]


def test_a_scope_that_is_evaluated_by_python_is_refused(model):
    class Record(UuidKey, model):
        __tablename__ = "records"
        gone: Mapped[bool | None]
        __scopes__ = {"present": lambda record: record.gone is None}  # noqa: RUF012

    with pytest.raises(TypeError, match=r"'present' of Record must return a SQL .* not False"):
        QueryBuilder(None, Record)  # type: ignore[arg-type]


def test_scopes_of_bases_come_first_and_can_be_replaced(model):
    class Record(UuidKey, model):
        __tablename__ = "records"
        open: Mapped[bool]
        size: Mapped[int]
        __scopes__ = {"open": lambda record: record.open, "big": lambda r: r.size > 5}  # noqa: RUF012

    class Special(Record):
        __scopes__ = {"big": lambda record: record.size > 9}  # noqa: RUF012

    criteria = QueryBuilder(None, Special).clauses.criteria  # type: ignore[arg-type]
    assert [str(condition) for condition in criteria] == ["Special.open", "records.size > :size_1"]
    assert criteria[1].right.value == 9


def test_a_scope_is_evaluated_for_each_query(model):
    tenants = iter([1, 2])

    class Record(UuidKey, model):
        __tablename__ = "records"
        tenant: Mapped[int]
        __scopes__ = {"tenant": lambda record: record.tenant == next(tenants)}  # noqa: RUF012

    queries = [QueryBuilder(None, Record) for _ in range(2)]  # type: ignore[arg-type]
    assert [query.clauses.criteria[0].right.value for query in queries] == [1, 2]


@pytest.mark.parametrize("dialect", [postgresql.dialect(), sqlite.dialect()], ids=["pg", "sqlite"])
def test_an_index_leaves_deleted_records_out(model, dialect):
    class Record(SoftDeletes, UuidKey, model):
        __tablename__ = "records"
        __table_args__ = (
            UniqueConstraint("slug", "id"),
            unique_among_living("slug", "kind", deleted_at="gone_at"),
        )
        slug: Mapped[str] = mapped_column()
        kind: Mapped[str]

    (index,) = Record.__table__.indexes
    assert str(CreateIndex(index).compile(dialect=dialect)) == (
        "CREATE UNIQUE INDEX ix_records_slug ON records (slug, kind) WHERE gone_at IS NULL"
    )


def test_an_index_without_columns_is_refused():
    with pytest.raises(ValueError, match="columns are missing"):
        unique_among_living()
