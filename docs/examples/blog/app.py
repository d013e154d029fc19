"""The application: `uvicorn blog.app:create_app --factory`."""

from ftf.http import FastTrackFramework
from ftf.orm import DatabaseProvider

from .provider import BlogProvider
from .routes import comments, posts, users
from .settings import database_url


def create_app() -> FastTrackFramework:
    """Make the application."""
    providers = [DatabaseProvider(database_url()), BlogProvider()]
    app = FastTrackFramework(title="Blog", version="0.1.0", providers=providers)
    app.add_api_route("/", welcome)
    for resource in (users, posts, comments):
        app.include_router(resource.router)
    return app


async def welcome() -> dict[str, str]:
    """Say hello."""
    return {"message": "Welcome to Fast Track Framework! 🚀"}
