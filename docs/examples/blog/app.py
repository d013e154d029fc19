"""The application: `uvicorn blog.app:create_app --factory`."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container.events import EventsProvider
from ftf.container.jobs import JobsProvider
from ftf.http import FastTrackFramework
from ftf.orm import DatabaseProvider

from .provider import BlogProvider
from .routes.comments import Comments
from .routes.posts import Posts
from .routes.users import Users
from .settings import database_url


def create_app(jobs_url: str = "database:") -> FastTrackFramework:
    """Make the application.

    Args:
        jobs_url: What keeps its jobs. Those in the database are run by
            `python -m ftf.container.jobs blog.app:create_app`, or by this process with
            `database:?worker=embedded`.
    """
    providers = [
        DatabaseProvider(database_url()),
        EventsProvider(),
        JobsProvider(jobs_url),
        BlogProvider(),
    ]
    app = FastTrackFramework(title="Blog", version="0.1.0", providers=providers)
    app.add_api_route("/", welcome)
    for controller in (Users, Posts, Comments):
        app.add_controller(controller)
    app.add_readiness_check("database", answer)
    return app


async def welcome() -> dict[str, str]:
    """Return a greeting."""
    return {"message": "Welcome to Fast Track Framework! 🚀"}


async def answer(session: AsyncSession) -> None:
    """Fail unless the database answers."""
    await session.execute(text("SELECT 1"))
