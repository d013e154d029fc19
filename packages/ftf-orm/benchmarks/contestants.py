"""The same work by hand-written SQLAlchemy, by ftf-orm, and by Advanced Alchemy."""

from advanced_alchemy.filters import LimitOffset, OrderBy
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from models import Draft, Note, User
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import selectinload

from ftf.orm import BaseRepository


class Users(BaseRepository[User]):
    """Our users."""


class Notes(BaseRepository[Note]):
    """Our notes."""


class Drafts(BaseRepository[Draft]):
    """Our drafts."""


class AdvancedUsers(SQLAlchemyAsyncRepository[User]):
    """Advanced Alchemy's users."""

    model_type = User


class AdvancedNotes(SQLAlchemyAsyncRepository[Note]):
    """Advanced Alchemy's notes."""

    model_type = Note


def rows(count: int) -> list[dict[str, object]]:
    """Make up the values of many notes."""
    return [{"text": f"note {number}"} for number in range(count)]


class Contestant:
    """Does everything in a session of its own, as a request would."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    def session(self) -> AsyncSession:
        """Open a session."""
        return AsyncSession(self.engine, expire_on_commit=False)


class SQLAlchemy(Contestant):
    """SQLAlchemy, as written by hand."""

    async def find(self, number: int) -> object:
        """Find one by its key."""
        async with self.session() as session:
            return await session.get(User, number % 1_000 + 1)

    async def list_100(self, _: int) -> object:
        """List a hundred."""
        async with self.session() as session:
            return (await session.scalars(select(User).order_by(User.id).limit(100))).all()

    async def find_living(self, number: int) -> object:
        """Find one by its key, unless it is deleted."""
        statement = select(Draft).where(Draft.id == number % 1_000 + 1, Draft.deleted_at.is_(None))
        async with self.session() as session:
            return (await session.scalars(statement)).first()

    async def list_100_living(self, _: int) -> object:
        """List a hundred that are not deleted."""
        statement = select(Draft).where(Draft.deleted_at.is_(None)).order_by(Draft.id).limit(100)
        async with self.session() as session:
            return (await session.scalars(statement)).all()

    async def filtered(self, number: int) -> object:
        """List a hundred of some."""
        statement = (
            select(User)
            .where(User.age >= number % 10, User.name != "user 5")
            .order_by(User.name)
            .limit(100)
        )
        async with self.session() as session:
            return (await session.scalars(statement)).all()

    async def count(self, number: int) -> object:
        """Count some."""
        statement = select(func.count()).select_from(User).where(User.age >= number % 10)
        async with self.session() as session:
            return await session.scalar(statement)

    async def paginate(self, number: int) -> object:
        """Deliver a page of twenty and the number of all."""
        statement = select(User).order_by(User.id).limit(20).offset(20 * (number % 10))
        async with self.session() as session:
            items = (await session.scalars(statement)).all()
            return items, await session.scalar(select(func.count()).select_from(User))

    async def eager(self, _: int) -> object:
        """List a hundred with two relationships."""
        statement = select(User).options(selectinload(User.posts), selectinload(User.roles))
        async with self.session() as session:
            return (await session.scalars(statement.order_by(User.id).limit(100))).all()

    async def create(self, number: int) -> object:
        """Store one."""
        async with self.session() as session:
            note = Note(text=f"note {number}")
            session.add(note)
            await session.commit()
            return note

    async def pluck(self, _: int) -> object:
        """List a thousand names."""
        async with self.session() as session:
            return (await session.scalars(select(User.name))).all()

    async def entities(self, _: int) -> object:
        """List a thousand records, for their names."""
        async with self.session() as session:
            return [user.name for user in (await session.scalars(select(User))).all()]

    async def create_1000(self, _: int) -> object:
        """Store a thousand, and have their records in order."""
        statement = insert(Note).returning(Note, sort_by_parameter_order=True)
        async with self.session() as session:
            made = (await session.scalars(statement, rows(1_000))).all()
            await session.commit()
            return made

    async def insert_1000(self, _: int) -> object:
        """Store a thousand without records."""
        return await self._insert(1_000)

    async def insert_10000(self, _: int) -> object:
        """Store ten thousand without records."""
        return await self._insert(10_000)

    async def _insert(self, count: int) -> None:
        async with self.session() as session:
            await session.execute(insert(Note), rows(count))
            await session.commit()


class Ours(Contestant):
    """ftf-orm."""

    async def find(self, number: int) -> object:
        """Find one by its key."""
        async with self.session() as session:
            return await Users(session).find(number % 1_000 + 1)

    async def list_100(self, _: int) -> object:
        """List a hundred."""
        async with self.session() as session:
            return await Users(session).query().order_by(User.id).limit(100).get()

    async def find_living(self, number: int) -> object:
        """Find one by its key, unless it is deleted."""
        async with self.session() as session:
            return await Drafts(session).find(number % 1_000 + 1)

    async def list_100_living(self, _: int) -> object:
        """List a hundred that are not deleted."""
        async with self.session() as session:
            return await Drafts(session).query().order_by(Draft.id).limit(100).get()

    async def filtered(self, number: int) -> object:
        """List a hundred of some."""
        async with self.session() as session:
            query = Users(session).query().where(User.age >= number % 10, User.name != "user 5")
            return await query.order_by(User.name).limit(100).get()

    async def count(self, number: int) -> object:
        """Count some."""
        async with self.session() as session:
            return await Users(session).query().where(User.age >= number % 10).count()

    async def paginate(self, number: int) -> object:
        """Deliver a page of twenty and the number of all."""
        async with self.session() as session:
            return await Users(session).query().paginate(number % 10 + 1, per_page=20)

    async def eager(self, _: int) -> object:
        """List a hundred with two relationships."""
        async with self.session() as session:
            query = Users(session).query().with_(User.posts, User.roles)
            return await query.order_by(User.id).limit(100).get()

    async def create(self, number: int) -> object:
        """Store one."""
        async with self.session() as session:
            return await Notes(session).create(Note(text=f"note {number}"))

    async def pluck(self, _: int) -> object:
        """List a thousand names."""
        async with self.session() as session:
            return await Users(session).query().pluck(User.name)

    async def entities(self, _: int) -> object:
        """List a thousand records, for their names."""
        async with self.session() as session:
            return [user.name for user in await Users(session).query().get()]

    async def create_1000(self, _: int) -> object:
        """Store a thousand, and have their records in order."""
        async with self.session() as session:
            return await Notes(session).create_many(rows(1_000))

    async def insert_1000(self, _: int) -> object:
        """Store a thousand without records."""
        async with self.session() as session:
            return await Notes(session).insert_many(rows(1_000))

    async def insert_10000(self, _: int) -> object:
        """Store ten thousand without records."""
        async with self.session() as session:
            return await Notes(session).insert_many(rows(10_000))


class AdvancedAlchemy(Contestant):
    """Advanced Alchemy."""

    async def find(self, number: int) -> object:
        """Find one by its key."""
        async with self.session() as session:
            return await AdvancedUsers(session=session).get(number % 1_000 + 1)

    async def list_100(self, _: int) -> object:
        """List a hundred."""
        async with self.session() as session:
            users = AdvancedUsers(session=session)
            return await users.list(LimitOffset(100, 0), OrderBy("id"))

    async def filtered(self, number: int) -> object:
        """List a hundred of some."""
        async with self.session() as session:
            return await AdvancedUsers(session=session).list(
                User.age >= number % 10,
                User.name != "user 5",
                LimitOffset(100, 0),
                OrderBy("name"),
            )

    async def count(self, number: int) -> object:
        """Count some."""
        async with self.session() as session:
            return await AdvancedUsers(session=session).count(User.age >= number % 10)

    async def paginate(self, number: int) -> object:
        """Deliver a page of twenty and the number of all."""
        async with self.session() as session:
            users = AdvancedUsers(session=session)
            return await users.list_and_count(LimitOffset(20, 20 * (number % 10)), OrderBy("id"))

    async def eager(self, _: int) -> object:
        """List a hundred with two relationships."""
        async with self.session() as session:
            users = AdvancedUsers(session=session, load=[User.posts, User.roles])
            return await users.list(LimitOffset(100, 0), OrderBy("id"))

    async def create(self, number: int) -> object:
        """Store one."""
        async with self.session() as session:
            notes = AdvancedNotes(session=session, auto_commit=True, auto_refresh=False)
            return await notes.add(Note(text=f"note {number}"))

    async def create_1000(self, _: int) -> object:
        """Store a thousand, and have their records in order."""
        async with self.session() as session:
            notes = AdvancedNotes(session=session, auto_commit=True, auto_refresh=False)
            return await notes.add_many([Note(**row) for row in rows(1_000)])
