"""The models of the tests about numbers: relationships that are easily counted wrongly."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, MetaData, Table, and_, func, select
from sqlalchemy.orm import Mapped, aliased, mapped_column, registry, relationship

from ftf.orm import Base


class Newsroom(Base):
    """A base with tables of its own, apart from those of other models in the same run."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    registry = registry()


# As SQLAlchemy's tutorial writes it: nothing forbids to relate two records twice.
beats = Table(
    "beats",
    Newsroom.metadata,
    Column("writer_id", ForeignKey("writers.id"), nullable=False),
    Column("topic_id", ForeignKey("topics.id"), nullable=False),
)


class Topic(Newsroom):
    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    weight: Mapped[int] = mapped_column(default=1)


class Badge(Newsroom):
    __tablename__ = "badges"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    writer_id: Mapped[int] = mapped_column(ForeignKey("writers.id"), unique=True)


class Comment(Newsroom):
    __tablename__ = "comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))


class Article(Newsroom):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    words: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[datetime | None]
    writer_id: Mapped[int] = mapped_column(ForeignKey("writers.id"))
    topic_name: Mapped[str | None] = mapped_column(ForeignKey("topics.name"))

    writer: Mapped["Writer"] = relationship(back_populates="articles")
    topic: Mapped[Topic | None] = relationship()
    comments: Mapped[list[Comment]] = relationship()


class Writer(Newsroom):
    __tablename__ = "writers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("writers.id"))

    articles: Mapped[list[Article]] = relationship(back_populates="writer")
    latest: Mapped[Article | None] = relationship(
        order_by=Article.id.desc(), uselist=False, viewonly=True
    )
    badge: Mapped[Badge | None] = relationship()
    topics: Mapped[list[Topic]] = relationship(secondary=beats)
    mentor: Mapped["Writer | None"] = relationship(
        back_populates="pupils", remote_side=lambda: Writer.id
    )
    pupils: Mapped[list["Writer"]] = relationship(back_populates="mentor")


ranked = select(
    Article,
    func.row_number()
    .over(partition_by=Article.writer_id, order_by=Article.id.desc())
    .label("rank"),
).subquery()
Newest = aliased(Article, ranked)
Writer.newest = relationship(
    Newest,
    primaryjoin=and_(Writer.id == Newest.writer_id, ranked.c.rank <= 2),
    order_by=Newest.id.desc(),
    viewonly=True,
)
