"""The application: `uvicorn blog.app:create_app --factory`."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container.events import EventsProvider
from ftf.container.jobs import JobsProvider
from ftf.http import FastTrackFramework
from ftf.http.auth import (
    AuthProvider,
    BearerGuard,
    LinkOptions,
    LoginsProvider,
    auth_routes,
    public,
)
from ftf.http.auth.orm import OrmStores
from ftf.http.limits import Limit, account, both, client_network, throttle, user
from ftf.http.security import SecurityOptions
from ftf.orm import DatabaseProvider

from .models import Comment, Login, Post, User
from .policies import CommentPolicy, PostPolicy, UserPolicy
from .provider import BlogProvider
from .routes.comments import Comments
from .routes.posts import Posts
from .routes.users import Users
from .settings import database_url, secret

URL = "http://localhost:8000"


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
        AuthProvider(secrets=secret(), issuer=URL, audience="blog"),
        OrmStores(User, User.email, Login),
        LoginsProvider(links=LinkOptions(base_url=URL)),
        BlogProvider(),
    ]
    app = FastTrackFramework(
        title="Blog", version="0.1.0", providers=providers, security=SecurityOptions()
    )
    protect(app)
    app.add_api_route("/", welcome)
    app.include_router(auth_routes(User), dependencies=[throttle("auth")])
    for controller in (Users, Posts, Comments):
        app.add_controller(controller)
    app.add_readiness_check("database", answer)
    return app


def protect(app: FastTrackFramework) -> None:
    """Set who may do what, and how often."""
    app.add_guard("api", BearerGuard)
    app.require_login(docs="public")
    app.add_policy(User, UserPolicy)
    app.add_policy(Post, PostPolicy)
    app.add_policy(Comment, CommentPolicy)
    app.add_limit("everyone", Limit.per_minute(600), everywhere=True)
    app.add_limit("auth", Limit.per_minute(60))
    app.add_limit(
        "login",
        Limit.per_minute(5, by=both(account, client_network), count="failures"),
        Limit.per_hour(100, by=account, then="slow"),
    )
    app.add_limit("comments", Limit.per_hour(30, by=user, burst=3))


@public
async def welcome() -> dict[str, str]:
    """Return a greeting."""
    return {"message": "Welcome to Fast Track Framework! 🚀"}


async def answer(session: AsyncSession) -> None:
    """Fail unless the database answers."""
    await session.execute(text("SELECT 1"))
