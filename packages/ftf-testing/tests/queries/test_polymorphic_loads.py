"""Columns of subclasses that SQLAlchemy loads in one more query are no N+1."""

import pytest
from sqlalchemy import ForeignKey, bindparam, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, selectin_polymorphic

from ftf.testing import Loading, QueryCounter, assert_no_n_plus_one


class Base(DeclarativeBase): ...


class Media(Base):
    __tablename__ = "media"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "media"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]


class Film(Media):
    __tablename__ = "films"
    __mapper_args__ = {"polymorphic_identity": "film"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(ForeignKey("media.id"), primary_key=True)
    minutes: Mapped[int]


@pytest.fixture
def engine():
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([Film(minutes=number) for number in range(1_001)])
        session.commit()
    yield engine
    engine.dispose()


def test_columns_of_subclasses_that_are_loaded_in_batches_are_none(engine):
    query = select(Media).options(selectin_polymorphic(Media, [Film]))
    with assert_no_n_plus_one() as counter, Session(engine) as session:
        assert sum(film.minutes for film in session.scalars(query).all()) == 500_500
    first, *batches = counter.executed
    assert first.load is None
    assert [str(each.load) for each in batches] == ["eager load of Film"] * 3
    assert {each.load.loading for each in batches} == {Loading.EAGER}


def test_an_application_may_have_a_parameter_of_that_name(engine):
    keys = bindparam("primary_keys", expanding=True)
    query = select(func.count()).select_from(Media).where(Media.id.in_(keys))
    with QueryCounter() as counter, Session(engine) as session:
        assert session.scalar(query, {"primary_keys": [1, 2]}) == 2
    assert [each.load for each in counter.executed] == [None]
